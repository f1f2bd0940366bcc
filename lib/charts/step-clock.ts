import type { SeriesView } from "#lib/protocol/index.ts";

/** When each step was: pairs of a step and a time (epoch ms), both ascending. */
export type StepClock = { step: number[]; at: number[] };

/**
 * Learns when steps were from one metric seen along both axes: the k-th point by step is the k-th point by time. Knots lie
 * where a bucket of either view ends, so a knot is never further off than one bucket.
 *
 * @returns null when the views do not count the same points: some had no time, or training went back
 */
export function stepClock(byStep: SeriesView, byTime: SeriesView): StepClock | null {
  const steps = counted(byStep);
  const times = counted(byTime);
  if (steps.total === 0 || steps.total !== times.total) return null;
  const clock: StepClock = { step: [byStep.x[0]!], at: [byTime.x[0]!] };
  for (let i = 0; i < steps.until.length; i++) {
    const at = lookUp(times.until, byTime.xLast, steps.until[i]!);
    const step = byStep.xLast[i]!;
    if (step > clock.step.at(-1)! && at >= clock.at.at(-1)!) {
      clock.step.push(step);
      clock.at.push(at);
    }
  }
  return clock;
}

/** Points up to and including each bucket. */
function counted(view: SeriesView): { until: number[]; total: number } {
  let total = 0;
  const until = Array.from(view.x, (_, i) => {
    total += view.count[i]! + view.nan[i]! + view.posInf[i]! + view.negInf[i]!;
    return total;
  });
  return { until, total };
}

function lookUp(until: readonly number[], at: Float64Array, count: number): number {
  const bucket = until.findIndex((n) => n >= count);
  const before = bucket > 0 ? until[bucket - 1]! : 0;
  const from = bucket > 0 ? at[bucket - 1]! : at[0]!;
  return from + ((count - before) / (until[bucket]! - before)) * (at[bucket]! - from);
}

/** When a step was or, beyond the last known one, will be at the pace given; null before the first. */
export function timeOfStep(clock: StepClock, step: number, msPerStep: number | null): number | null {
  return along(clock.step, clock.at, step, msPerStep);
}

/** The step that was reached at a time. */
export function stepAtTime(clock: StepClock, at: number): number | null {
  return along(clock.at, clock.step, at, null);
}

function along(
  from: readonly number[],
  to: readonly number[],
  value: number,
  paceBeyond: number | null,
): number | null {
  const last = from.length - 1;
  if (last < 0) return null;
  if (value <= from[0]!) return to[0]!;
  if (value > from[last]!) return paceBeyond === null ? to[last]! : to[last]! + (value - from[last]!) * paceBeyond;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle]! < value) low = middle;
    else high = middle;
  }
  const span = from[high]! - from[low]!;
  return span === 0 ? to[high]! : to[low]! + ((value - from[low]!) / span) * (to[high]! - to[low]!);
}
