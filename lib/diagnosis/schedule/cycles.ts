import { closest, type Fit, fitOf, type Points, slice } from "./points.ts";
import type { Decay } from "./shapes.ts";
import { cosineTo, fitCosine } from "./smooth-decay.ts";

/**
 * Cosine with restarts: each cycle begins where the one before ends, as long as it or longer by a whole factor (SGDR,
 * Hugging Face's hard restarts), from the same peak or a lower one.
 */

/** A rise between two records that begins a new cycle (§3.2.2). */
const RISE_SHARE = 0.05;
const RISE_FACTOR = 1.25;
const TOLERANCE = 4e-3;
/** A cycle of which fewer records are known is taken to be like the one before. */
const CYCLE_MIN = 4;
const CYCLES_MAX = 64;

export function fitCycles(points: Points, start: number): Fit | null {
  const { step, share } = points;
  const begins = [0];
  for (let i = 1; i < step.length; i++) {
    if (share[i]! > share[i - 1]! + RISE_SHARE && share[i]! > RISE_FACTOR * share[i - 1]!) begins.push(i);
  }
  if (begins.length < 2 || begins.length > CYCLES_MAX) return null;
  const cycles: Decay[] = [];
  for (const [i, begin] of begins.entries()) {
    const next = begins[i + 1];
    const part = slice(points, begin, next);
    const cycle = fitCycle(part, cycles.at(-1)?.end ?? start, cycles, next === undefined ? null : step[next]!);
    if (cycle === null) return null;
    cycles.push(cycle);
  }
  return fitOf({ shape: "cosine-restarts", cycles }, points);
}

/** @param next the first record of the cycle after, or null when this is the last */
function fitCycle(part: Points, start: number, before: readonly Decay[], next: number | null): Decay | null {
  const last = before.at(-1);
  if (last === undefined) return next === null ? null : decayOf(fitCosine(part, start, next - 1), part, next);
  const length = last.end - last.start;
  const earlier = before.at(-2);
  const factor = earlier === undefined ? 1 : Math.round(length / (earlier.end - earlier.start));
  const likely = [...new Set([factor, 1, 2, 3])].map((times) => start + times * length);
  const inTime = likely.filter((end) => end > part.step.at(-1)! - 1 && (next === null || end <= next + 1));
  if (part.step.length < CYCLE_MIN) return inTime[0] === undefined ? null : { ...last, start, end: inTime[0] };
  const repeated = closest(inTime.map((end) => cosineTo(end, part, start)));
  if (repeated !== null && repeated.excess < TOLERANCE) return decayOf(repeated, part, next);
  return decayOf(fitCosine(part, start, null), part, next);
}

/** A cycle that fits, and that ends between its last record and the next one's first. */
function decayOf(fit: Fit | null, { step }: Points, next: number | null): Decay | null {
  if (fit === null || fit.excess > TOLERANCE || fit.body.shape !== "cosine") return null;
  const { end } = fit.body;
  const last = step.at(-1)!;
  if (next === null) return end < last - 0.5 ? null : fit.body;
  if (end < last - 1.5 || end > next + 1.5) return null;
  // The last record is still of this cycle, and the next is not.
  return { ...fit.body, end: end > last ? Math.min(end, next) : (last + next) / 2 };
}
