import { clamp, median, significant } from "#lib/core/index.ts";
import type { LrJudgement, VerdictName } from "#lib/protocol/index.ts";
import { levelBetween, peakRateAt, type SiblingCurve } from "./curve.ts";

/** What a run looks like among runs that differ from it in the learning rate alone (DIAGNOSIS.md §2.7). */
export type SiblingEvidence = {
  /** 1 is the best level at `atStep`; runs that failed come last. */
  rank: number;
  of: number;
  /** (level − best level) / (start − best level); null for a run that failed. */
  regret: number | null;
  level: number | null;
  best: { id: string; name: string; rate: number; level: number };
  judgement: LrJudgement;
  /** 0 … 1. */
  confidence: number;
  /** Where the levels were compared. */
  atStep: number;
  /** Every run compared, by rate; the one judged too. A level is null where the run has failed. */
  curve: SiblingPoint[];
};

export type SiblingPoint = {
  id: string;
  name: string;
  rate: number;
  level: number | null;
  regret: number | null;
  verdict: VerdictName;
};

/** Runs shown of a comparison. */
const COMPARED_MOST = 24;
/** Rates nearer to each other than this are one. */
const SAME_RATE = 1.05;
const RATES_NEEDED = 3;
/** A level is the mean of this share of the run up to the step: what the end of a run is measured by (§7.1); and of so many
 * points at least, where that is no more than a quarter of the run. */
const LEVEL_SHARE = 0.05;
const LEVEL_POINTS = 20;
const LEVEL_SHARE_MOST = 0.25;
/** Logs of one ladder end a record or two apart. */
const REACHED = 0.98;
const NOISE_UNITS = 3;

/**
 * Compares a run with others at the largest step that it and at least two others at other rates have reached.
 *
 * @param others  in any order; those without a known rate are left out
 * @returns null while there is too little to compare: fewer than three rates, or nothing learnt yet
 */
export function compareSiblings(own: SiblingCurve, others: readonly SiblingCurve[]): SiblingEvidence | null {
  if (own.peakRate === null) return null;
  const known = others.filter((other) => other.peakRate !== null && other.id !== own.id);
  const atStep = commonStep(own, known);
  if (atStep === null) return null;
  const runs = atSameStep([own, ...known], atStep);
  const start = median(runs.map(({ run }) => run.start));
  const alive = runs.filter(({ level }) => level !== null) as (Placed & { level: number })[];
  if (countRates(runs) < RATES_NEEDED || alive.length === 0) return null;
  const best = alive.reduce((a, b) => (b.level < a.level ? b : a));
  const drop = start - best.level;
  if (!(drop > NOISE_UNITS * best.error)) return null;

  const regretOf = ({ level }: Placed): number | null => (level === null ? null : (level - best.level) / drop);
  const mine = runs[0]!;
  const share = shareOfPlan(runs, atStep);
  const regret = regretOf(mine);
  const { judgement, confidence } = judge({ mine, best, alive, regret, share });
  return {
    rank: 1 + alive.filter(({ level }) => mine.level === null || level < mine.level).length,
    of: runs.length,
    regret: regret === null ? null : significant(regret, 3),
    level: mine.level === null ? null : significant(mine.level, 6),
    best: { id: best.run.id, name: best.run.name, rate: best.run.peakRate!, level: significant(best.level, 6) },
    judgement,
    confidence: significant(confidence, 2),
    atStep,
    curve: nearest(runs, mine, best)
      .sort((a, b) => a.rate - b.rate)
      .map((placed) => ({
        id: placed.run.id,
        name: placed.run.name,
        rate: significant(placed.rate, 3),
        level: placed.level === null ? null : significant(placed.level, 6),
        regret: placed.level === null ? null : significant(regretOf(placed)!, 3),
        verdict: placed.run.verdict,
      })),
  };
}

/** A run at the step of the comparison. */
type Placed = {
  run: SiblingCurve;
  /** Its peak; of a run that failed while its rate still rose, the one it was heading for. */
  rate: number;
  /** Null where it has failed. */
  level: number | null;
  /** Standard error of the level by white noise. */
  error: number;
};

/** The largest step that the run and two others at other rates have reached. A run that has failed would be no better later. */
function commonStep(own: SiblingCurve, others: readonly SiblingCurve[]): number | null {
  const reach = (run: SiblingCurve): number => (run.failed ? Number.POSITIVE_INFINITY : run.lastStep);
  const rates: number[] = [own.peakRate!];
  let step = reach(own);
  for (const other of [...others].sort((a, b) => reach(b) - reach(a))) {
    if (rates.some((rate) => isSameRate(rate, other.peakRate!))) continue;
    rates.push(other.peakRate!);
    step = Math.min(step, reach(other));
    if (rates.length < RATES_NEEDED) continue;
    if (Number.isFinite(step)) return step;
    break;
  }
  // Own and two others have failed: where the others still are.
  const going = others.filter(({ failed }) => !failed).map(({ lastStep }) => lastStep);
  return rates.length >= RATES_NEEDED && going.length > 0 ? Math.max(...going) : null;
}

/** The runs that came so far, in their order, with their levels and rates there. */
function atSameStep(runs: readonly SiblingCurve[], atStep: number): Placed[] {
  const longest = runs.reduce((a, b) => (b.lastStep > a.lastStep ? b : a));
  return runs
    .filter((run) => run.failed || run.lastStep >= REACHED * atStep)
    .map((run) => {
      const to = Math.min(atStep, run.lastStep);
      const span = Math.max(to - run.firstStep, 0);
      const density = run.points / Math.max(1, run.lastStep - run.firstStep);
      const window = clamp(LEVEL_POINTS / density, LEVEL_SHARE * span, LEVEL_SHARE_MOST * span);
      return {
        run,
        rate: run.failed ? headedFor(run, to, longest) : run.peakRate!,
        level: run.failed ? null : levelBetween(run, to - window, to),
        error: run.noise / Math.sqrt(Math.max(1, density * window)),
      };
    });
}

/** The peak that a run would have come to, had it not failed on the way: as far above another's as it was until then. */
function headedFor(run: SiblingCurve, until: number, other: SiblingCurve): number {
  const peak = (other.peakRate! * peakRateAt(run, until)) / peakRateAt(other, until);
  return peak > SAME_RATE * run.peakRate! ? peak : run.peakRate!;
}

const isSameRate = (a: number, b: number): boolean => a < b * SAME_RATE && b < a * SAME_RATE;

function countRates(runs: readonly Placed[]): number {
  const rates: number[] = [];
  for (const { rate } of runs) if (!rates.some((other) => isSameRate(rate, other))) rates.push(rate);
  return rates.length;
}

/** Of the planned steps, or of those that a run at its end has taken; 1 where everybody has ended. */
function shareOfPlan(runs: readonly Placed[], atStep: number): number {
  const ends = runs.flatMap(({ run }) => {
    if (run.failed) return [];
    return run.maxSteps !== null ? [run.maxSteps] : run.ended ? [run.lastStep] : [];
  });
  return ends.length > 0 ? clamp(atStep / Math.max(...ends), 0, 1) : SHARE_UNKNOWN;
}

/** Where nothing tells how long the runs are to be, they are taken to be half done. */
const SHARE_UNKNOWN = 0.5;

/**
 * Regret from which a rate is too high or too low, and up to which it is fine; what lies between is left to the curve itself.
 * At the end the bounds lie in the grey zones of the labels (OK ≤ .05, HIGH > .10, LOW > .25: DIAGNOSIS.md §7.1). Before it,
 * regret still shrinks, above the best rate as the schedule comes down and below it as the run catches up: on sweeps a and b
 * the bounds hold nine in ten of the runs that end OK from half of the plan on.
 */
const tooHighFrom = (share: number): number => 0.075 + 0.15 * (1 - share);
const tooLowFrom = (share: number): number => 0.15 + 0.3 * Math.max(0, 0.5 - share);
const fineTo = (share: number): number => 0.075 + 0.03 * (1 - share);

type Question = {
  mine: Placed;
  best: Placed & { level: number };
  alive: readonly Placed[];
  regret: number | null;
  share: number;
};

function judge({ mine, best, alive, regret, share }: Question): { judgement: LrJudgement; confidence: number } {
  const unknown = { judgement: "unknown", confidence: 0 } as const;
  if (mine.level === null || regret === null) {
    const lower = alive.some(({ rate }) => rate * SAME_RATE < mine.rate);
    return lower ? { judgement: "too_high", confidence: 0.95 } : unknown;
  }
  // The only one that is left has nobody to be better than.
  if (alive.length < 2) return unknown;
  const above = mine.rate > SAME_RATE * best.rate;
  const below = mine.rate * SAME_RATE < best.rate;
  const clear = mine.level - best.level > NOISE_UNITS * Math.hypot(mine.error, best.error);
  const limit = above ? tooHighFrom(share) : tooLowFrom(share);
  // Half sure at the bound, as sure as the share of the run allows at twice it.
  const sure = (distance: number): number => 0.5 + (0.25 + 0.25 * share) * clamp(distance, 0, 1);
  if ((above || below) && clear && regret > limit) {
    return { judgement: above ? "too_high" : "too_low", confidence: sure(regret / limit - 1) };
  }
  return regret <= fineTo(share) ? { judgement: "fine", confidence: sure(1 - regret / fineTo(share)) } : unknown;
}

/** The best run, and those nearest in rate to the one judged. */
function nearest(runs: readonly Placed[], mine: Placed, best: Placed): Placed[] {
  const distance = (placed: Placed): number => (placed === best ? -1 : Math.abs(Math.log(placed.rate / mine.rate)));
  return [...runs].sort((a, b) => distance(a) - distance(b)).slice(0, COMPARED_MOST);
}
