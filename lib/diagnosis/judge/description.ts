import { fitLine, mean } from "#lib/core/index.ts";
import { bucketCentre, bucketMean, bucketVariance } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import type { Look } from "./states.ts";

/** What a stretch of the curve does, in the units that sentences and tiles use. */
export type Stretch = {
  /** Change of the trend per 1,000 steps; negative while the loss falls. */
  slopePer1k: number;
  /** Amplitude of the swing about the trend: √2 standard deviations, the height of a sine with that spread. */
  swing: number;
  /** Steps from its first bucket's centre to its last. */
  steps: number;
};

/** Buckets `from` … `to − 1` about their line; null with fewer than three. */
export function stretch(curve: LossCurve, from: number, to: number): Stretch | null {
  const { history } = curve;
  const buckets = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const x = buckets.map((i) => bucketCentre(history, i, curve.firstStep));
  const line = fitLine(
    x,
    buckets.map((i) => bucketMean(history, i)),
  );
  if (line === null) return null;
  const within = mean(buckets.map((i) => bucketVariance(history, i)));
  return {
    slopePer1k: line.slope * 1000,
    swing: Math.sqrt(2 * (line.spread ** 2 + within)),
    steps: x.at(-1)! - x[0]!,
  };
}

/** The last third of the curve. */
export function recentStretch(curve: LossCurve): Stretch | null {
  const { count } = curve.history;
  return stretch(curve, Math.floor((count * 2) / 3), count);
}

/** The first bucket that ends at or after `step`. */
export function bucketAt(curve: LossCurve, step: number): number {
  const { history } = curve;
  let i = 0;
  while (i < history.count && history.columns.step[i]! < step) i++;
  return i;
}

/** Geometric mean of the gradient norm over buckets `from` … `to − 1` that have one; null when none has. */
export function normOver(curve: LossCurve, from: number, to: number): number | null {
  const { logNorm, norms } = curve.history.columns;
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, from); i < to; i++) {
    sum += logNorm[i]!;
    count += norms[i]!;
  }
  return count > 0 ? Math.exp(sum / count) : null;
}

/**
 * Where the change to `look` began, as far as the history still shows it.
 *
 * @param restless where it began to swing because the rate jumped; null when it did not
 * @param noticed the step at which the new look was first wanted
 * @param late whether the curve had long looked otherwise before
 */
export function beganAt(
  curve: LossCurve,
  look: Look,
  { noticed, late, restless }: { noticed: number; late: boolean; restless: number | null },
): number {
  switch (look) {
    case "oscillating":
      return Math.min(noticed, restless ?? firstJumpBefore(curve, climbStart(curve) ?? noticed));
    case "diverging":
      return Math.min(noticed, firstJumpBefore(curve, lowestBucketStep(curve)));
    case "too_slow":
      return late ? noticed : curve.firstStep;
    case "no_progress":
      return curve.firstStep;
    case "stalled":
      return curve.history.columns.step[curve.history.count >> 1]!;
    default:
      return noticed;
  }
}

/**
 * Where the give-back began: the lowest bucket before the first climb, in the last half, of at least half the largest
 * climb's height. The largest climb itself may start from a later, deeper trough of the same swing.
 */
function climbStart(curve: LossCurve): number | null {
  const { history } = curve;
  let lowest = 0;
  const climbs: { from: number; height: number }[] = [];
  for (let i = 1; i < history.count; i++) {
    const height = bucketMean(history, i) - bucketMean(history, lowest);
    if (height < 0) lowest = i;
    else if (i >= history.count >> 1) climbs.push({ from: lowest, height });
  }
  const largest = Math.max(...climbs.map((climb) => climb.height));
  const first = climbs.find((climb) => climb.height >= 0.5 * largest);
  return first === undefined ? null : history.columns.step[first.from]!;
}

/**
 * Winsorising keeps the first half of a window's worth of a sudden change out of the history. The spike watch has seen it:
 * the step of the earliest spike that began shortly before `step`, else `step` itself.
 */
function firstJumpBefore(curve: LossCurve, step: number): number {
  const point = bucketAt(curve, step) * curve.history.width;
  const { past, current } = curve.spikes;
  const spikes = current === null ? past : [...past, current];
  return spikes.find((spike) => spike.step <= step && spike.atPoint >= point - WINDOW_POINTS)?.step ?? step;
}

/** Points of the winsorising window. */
const WINDOW_POINTS = 64;

function lowestBucketStep(curve: LossCurve): number {
  const { history } = curve;
  let lowest = 0;
  for (let i = 1; i < history.count; i++) if (bucketMean(history, i) < bucketMean(history, lowest)) lowest = i;
  return history.columns.step[lowest]!;
}

/** The whole step at the centre of bucket `i`. */
export function bucketStep(curve: LossCurve, i: number): number {
  return Math.round(bucketCentre(curve.history, i, curve.firstStep)) + 0; // + 0: never −0
}
