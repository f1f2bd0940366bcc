import type { SeriesView } from "#lib/protocol/index.ts";

/**
 * Where each step lies along another axis: pairs of a step and a place there (epoch ms, epochs or tokens), both ascending.
 * Everything that is known by step finds its place through one.
 */
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

/** Learns where steps lie from the metric that counts along the axis, seen by step. */
export function counterClock(counter: SeriesView): StepClock | null {
  const clock: StepClock = { step: [], at: [] };
  for (let i = 0; i < counter.x.length; i++) {
    learnStep(clock, counter.x[i]!, counter.first[i]!);
    learnStep(clock, counter.xLast[i]!, counter.last[i]!);
  }
  return clock.step.length > 0 ? clock : null;
}

/** Adds a step's place to the end of a clock; one that is not beyond it is known already, or belongs to an older attempt. */
export function learnStep({ step, at }: StepClock, newStep: number, place: number): void {
  const isFirst = step.length === 0 && Number.isFinite(place);
  if (!isFirst && !(newStep > step.at(-1)! && place >= at.at(-1)!)) return;
  step.push(newStep);
  at.push(place);
}

/** How far along the axis a step takes the run, on average; null while that is not known. */
export function paceOf({ step, at }: StepClock): number | null {
  const pace = (at.at(-1)! - at[0]!) / (step.at(-1)! - step[0]!);
  return pace > 0 && Number.isFinite(pace) ? pace : null;
}

/** A step's place or, beyond the last known one, where it will be at the pace given. */
export function placeOfStep(clock: StepClock, step: number, pace: number | null): number | null {
  return along(clock.step, clock.at, step, pace);
}

/** The step that is at a place or, beyond the last known one, will be at the pace given. */
export function stepAt(clock: StepClock, at: number, pace: number | null = null): number | null {
  return along(clock.at, clock.step, at, pace === null ? null : 1 / pace);
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
