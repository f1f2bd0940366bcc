import { type Fit, fitOf, type Points } from "./points.ts";

/** More levels than this are a curve in stairs. */
const LEVELS_MAX = 8;
const SAME = 1e-6;
/** Factors this near each other are one. */
const FACTOR_SAME = 0.03;
/** A plan drops at multiples of an epoch or a share of the run; a plateau scheduler needs this many drops to be told from it. */
const IRREGULAR_DROPS = 4;
const UNITS_TRIED = 6;

/**
 * Steps: 2 to 8 levels, each held for two points at least; the last may have only begun. Drops by one factor at
 * irregular distances are those of a scheduler that waits for a plateau (§3.2.5).
 */
export function fitLevels(points: Points): Fit | null {
  const { step, share } = points;
  const levels: { from: number; share: number; last: number; points: number }[] = [];
  for (let i = 0; i < step.length; i++) {
    const level = levels.at(-1);
    if (level !== undefined && Math.abs(level.share - share[i]!) < SAME) {
      level.points++;
      level.last = step[i]!;
    } else {
      levels.push({ from: step[i]!, share: share[i]!, last: step[i]!, points: 1 });
      if (levels.length > LEVELS_MAX) return null;
    }
  }
  const falls = levels.every((level, i) => i === 0 || level.share < levels[i - 1]!.share);
  const held = levels.every((level, i) => level.points > 1 || (i > 1 && i === levels.length - 1));
  if (levels.length < 2 || !falls || !held) return null;
  return fitOf(
    {
      shape: "step",
      levels: levels.map((level) => ({ from: level.from, share: level.share })),
      irregular: isIrregular(levels),
    },
    points,
  );
}

function isIrregular(levels: readonly { from: number; share: number; last: number }[]): boolean {
  if (levels.length - 1 < IRREGULAR_DROPS) return false;
  const factors = levels.slice(1).map((level, i) => level.share / levels[i]!.share);
  if (factors.some((factor) => Math.abs(factor / factors[0]! - 1) > FACTOR_SAME)) return false;
  const drops = levels.slice(1).map((level, i) => ({ at: level.from, within: level.from - levels[i]!.last + 1 }));
  // Counted from the begin of the run, or of the steps after a warm-up of any length.
  return !followsUnit(drops) && !followsUnit(drops.slice(1).map((drop) => ({ ...drop, at: drop.at - drops[0]!.at })));
}

/** Whether every drop lies at a multiple of some unit, as near as the records tell. */
function followsUnit(drops: readonly { at: number; within: number }[]): boolean {
  const shortest = Math.min(...drops.map(({ at }, i) => at - (drops[i - 1]?.at ?? 0)));
  const last = drops.at(-1)!.at;
  for (let parts = 1; parts <= UNITS_TRIED; parts++) {
    const unit = last / Math.round((last * parts) / shortest);
    if (drops.every(({ at, within }) => Math.abs(at - unit * Math.round(at / unit)) <= within)) return true;
  }
  return false;
}
