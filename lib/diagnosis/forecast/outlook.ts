import { mean } from "#lib/core/index.ts";
import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import { MIN_BUCKETS, whiteNoise } from "../judge/features.ts";
import { ANNEALING, gainBy, type Past, readingsOf } from "./readings.ts";

/** Where the loss goes from here: the mean of the readings of its past, and how unsure that is. */
export type Outlook = {
  phase: Phase;
  /** The level now: the mean of the last buckets, at their centre. */
  level: number;
  /** From the last step read to the end, ascending. */
  points: {
    step: number;
    value: number /** What the band is counted in: how unsure the value is, uncalibrated. */;
    unit: number;
  }[];
};

/** What is known of the coming rate; each phase has errors of its own. */
export type Phase = "unknown_rate" | "constant" | "decay_ahead" | "decay_visible";

/** A rate that falls by less than this share of its peak until the end is constant. */
const CONSTANT = 0.05;
/** From this share of its way down on, the decay shows in the loss (DIAGNOSIS.md §4.4). */
const VISIBLE = 0.25;
/**
 * How unsure a value is, beside what its noise, the distance between the readings and the whole of a coming annealing say:
 * this share of the gain, and this share of the progress for each factor e in cumulative rate (a plateau that breaks is in
 * no past). Chosen from a coarse grid for the least mean interval score over all the runs that `REACH` names.
 */
const OF_GAIN = 0.25;
const OF_PROGRESS = 0.03;
/** Points along the way. */
const GRID = 31;

/**
 * @param rateAt the rate at a coming step; null when nothing tells it
 * @returns null while there is too little to go by
 */
export function outlook(curve: LossCurve, end: number, rateAt: ((step: number) => number) | null): Outlook | null {
  const past = pastOf(curve, rateAt !== null);
  if (past === null || !(end > curve.lastStep)) return null;
  const coming = comingAreas(curve, end, rateAt);
  const readings = readingsOf(past);
  const falls = past.rateNow - coming.at(-1)!.rate;
  const phase = phaseOf(rateAt !== null, falls, past.rateNow);
  const points = coming.map(({ step, area, rate }) => {
    const values = readings.map((reading) => gainBy(reading, past, area, rate));
    const gained = mean(values);
    const apart = Math.sqrt(mean(values.map((value) => (value - gained) ** 2)));
    const annealed = ANNEALING * past.progress * Math.max(0, past.rateNow - rate);
    const surprise = OF_PROGRESS * past.progress * Math.log(area / curve.area);
    const unit = Math.hypot(past.levelError, apart, OF_GAIN * gained, annealed, surprise);
    return { step, value: past.level - gained, unit };
  });
  return { phase, level: past.level, points };
}

function pastOf(curve: LossCurve, rateKnown: boolean): Past | null {
  const { history } = curve;
  const { count, width, columns } = history;
  if (count < MIN_BUCKETS) return null;
  const value: number[] = [];
  const logArea: number[] = [];
  const rate: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = i === 0 ? 0 : columns.area[i - 1]!;
    const area = width === 1 ? columns.area[i]! : (before + columns.area[i]!) / 2;
    value.push(bucketMean(history, i));
    logArea.push(Math.log(area));
    rate.push(rateKnown ? columns.rate[i]! / width / curve.peakRate : 1);
  }
  if (!logArea.every(Number.isFinite) || !rate.every(Number.isFinite)) return null;
  const edge = Math.max(2, count >> 4);
  const noise = whiteNoise(history);
  return {
    value,
    logArea,
    rate,
    rateNow: mean(rate, count - edge, count),
    level: mean(value, count - edge, count),
    levelError: noise / Math.sqrt(width * edge),
    levelLogArea: mean(logArea, count - edge, count),
    progress: Math.max(0, curve.start - Math.min(...value)),
    variance: noise ** 2 / width,
  };
}

/** Step, cumulative rate and rate (as a share of the peak) along the way that is left. */
export function comingAreas(
  curve: LossCurve,
  end: number,
  rateAt: ((step: number) => number) | null,
): { step: number; area: number; rate: number }[] {
  const rate = (step: number): number => (rateAt === null ? curve.rate || 1 : Math.max(0, rateAt(step)));
  const stride = (end - curve.lastStep) / GRID;
  const way: { step: number; area: number; rate: number }[] = [];
  let area = curve.area;
  for (let i = 1; i <= GRID; i++) {
    const step = curve.lastStep + stride * i;
    area += stride * rate(step - stride / 2);
    way.push({ step, area, rate: rateAt === null ? 1 : rate(step) / curve.peakRate });
  }
  return way;
}

export function phaseOf(rateKnown: boolean, falls: number, rateNow: number): Phase {
  if (!rateKnown) return "unknown_rate";
  if (falls < CONSTANT) return "constant";
  return 1 - rateNow < VISIBLE ? "decay_ahead" : "decay_visible";
}
