import type { Points } from "./points.ts";

/** More levels than a step schedule has, and each held: a curve that is set once an epoch. */
const LEVELS_MIN = 9;

/** A decay in stairs counts where each level begins; any other is returned as it is. */
export function withoutStairs(points: Points): Points {
  const { step, share, slack } = points;
  const begins = share.map((value, i) => i === 0 || Math.abs(value - share[i - 1]!) > 3 * slack[i]! + 1e-6);
  const levels = begins.filter(Boolean).length;
  if (levels < LEVELS_MIN || levels > 0.6 * share.length) return points;
  // A long floor or plateau is no stair: most levels have more than one knot.
  const held = begins.filter((begin, i) => begin && begins[i + 1] === false).length;
  if (held < 0.6 * levels) return points;
  const kept = (values: number[]): number[] => values.filter((_, i) => begins[i]);
  return { step: kept(step), share: kept(share), slack: kept(slack) };
}
