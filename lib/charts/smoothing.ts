import { niceStep } from "./axis.ts";
import type { Sample } from "./samples.ts";

/** Most of the run that may be smoothed over, and the records that the shortest and at least the longest choice span. */
const LONGEST_SHARE = 0.02;
const FEWEST = 4;
const MANY = 40;

/**
 * The lengths, in steps, that smoothing may be set to: 0 for none, then 1, 2, 5 × 10ⁿ.
 *
 * @param records how many there are up to `step`, so that no choice is shorter than a few of them
 */
export function smoothingChoices({
  step,
  maxSteps,
  records,
}: {
  step: number;
  maxSteps: number | null;
  records: number;
}) {
  const spacing = Math.max(1, step / Math.max(records, 1));
  const most = Math.max(Math.max(maxSteps ?? 0, step) * LONGEST_SHARE, spacing * MANY);
  const choices = [0];
  for (let length = niceStep(spacing * FEWEST, 1); length <= most * 1.0001; length = niceStep(length * 1.01, 1)) {
    choices.push(length);
  }
  return choices;
}

/**
 * Means of a series, weighted by how near each point is in steps: e times lighter for every half `length` further away. It
 * looks both ways, so the curve neither lags nor leads; values that are not finite have no weight, and leave a gap where a
 * bucket has nothing else.
 *
 * @param samples ascending in x
 * @param stepOf  where an x lies in steps, so that a pause in time or a slow epoch does not change the curve
 * @returns knots by step, NaN in a gap
 */
export function smooth(
  samples: readonly Sample[],
  length: number,
  stepOf: (x: number) => number,
): { step: number[]; value: number[] } {
  const scale = length / 2;
  const step = samples.map(({ x }) => stepOf(x));
  const counts = samples.map(({ value }) => Number.isFinite(value));
  const decay = (i: number): number => Math.exp(-Math.abs(step[i]! - step[i - 1]!) / scale);
  const sums = new Float64Array(samples.length);
  const weights = new Float64Array(samples.length);
  let [sum, weight] = [0, 0];
  samples.forEach((sample, i) => {
    const fade = i > 0 ? decay(i) : 0;
    sum = sum * fade + (counts[i] ? sample.value * sample.weight : 0);
    weight = weight * fade + (counts[i] ? sample.weight : 0);
    sums[i] = sum;
    weights[i] = weight;
  });
  [sum, weight] = [0, 0];
  for (let i = samples.length - 1; i >= 0; i--) {
    const sample = samples[i]!;
    sums[i] = sums[i]! + sum;
    weights[i] = weights[i]! + weight;
    if (i === 0) break;
    const fade = decay(i);
    sum = (sum + (counts[i] ? sample.value * sample.weight : 0)) * fade;
    weight = (weight + (counts[i] ? sample.weight : 0)) * fade;
  }
  return { step, value: samples.map((_, i) => (counts[i] && weights[i]! > 0 ? sums[i]! / weights[i]! : Number.NaN)) };
}
