import { clamp, mean } from "#lib/core/index.ts";
import { bucketMean, type History } from "../curve/history.ts";
import { type LossCurve, rateIsKnown } from "../curve/loss-curve.ts";
import { strongestSwing } from "../curve/pyramid.ts";
import { type Features, MIN_BUCKETS } from "../judge/features.ts";

/**
 * What tells whether the learning rate is the cause, as numbers a linear model can weigh (DIAGNOSIS.md A.6, A.7). Every one
 * is a ratio: scale and offset of the loss do not matter, nor does the rate's own value. Positions are shares of the steps
 * run so far, so a log that thins out means the same. NaN where the log does not tell.
 */
export const FEATURE_NAMES = [
  // How much of what was gained is given back, and how noisy it is.
  "give_back",
  "coarse_give_back",
  "gap",
  "noise",
  "overshoot",
  "swing",
  "swing_coherence",
  "noise_growth",
  // How the descent goes on.
  "recent_gain",
  "acceleration",
  "straightness",
  "descent_significance",
  "progress_significance",
  "misfit",
  "drop_at_2_percent",
  "drop_at_5_percent",
  "drop_early",
  "drop_quarter_to_end",
  "drop_second_half",
  "best_at",
  // The same against what was gained since a fifth of the run: where the loss fell by orders of magnitude, all is small
  // against the whole gain.
  "late_gain",
  "late_give_back",
  "late_noise",
  "second_half_gain",
  "relative_rate",
  "not_finite",
  // What the gradient norm does.
  "norm_late_to_start",
  "norm_late_to_middle",
  "norm_end_to_least",
  "norm_middle_to_start",
  "norm_spread",
] as const;

export type FeatureName = (typeof FEATURE_NAMES)[number];

/** @returns one number for each of `FEATURE_NAMES`; null while the curve is too short */
export function causeFeatures(curve: LossCurve, f: Features, failed: boolean): Float64Array | null {
  const { history } = curve;
  if (history.count < MIN_BUCKETS) return null;
  const progress = Math.max(f.progress, 0.5 * f.blockError, 1e-6 * Math.abs(curve.start) + 1e-12);
  const share = (value: number, low: number, high: number): number => bounded(value / progress, low, high);
  const at = (from: number, to: number): number => levelBetween(curve, from, to);
  const late = Math.max(at(0.15, 0.25) - f.best, 0.5 * f.blockError, 1e-6 * progress);
  const swing = strongestSwing(curve.pyramid);
  const values: Record<FeatureName, number> = {
    give_back: share(f.giveBack, 0, 3),
    coarse_give_back: share(f.coarseGiveBack, 0, 3),
    gap: share(f.gap, 0, 3),
    noise: bounded(log10(f.noise / progress), -4, 1),
    overshoot: share(f.overshoot, 0, 3),
    swing: swing === null ? 0 : share(swing.amplitude, 0, 2),
    swing_coherence: swing === null ? 0 : bounded(log10(swing.coherence), 0, 4),
    noise_growth: bounded(noiseGrowth(history), -2, 2),
    recent_gain: bounded(f.recentZ, -5, 30),
    acceleration: bounded(f.acceleration, 0, 4),
    straightness: f.bend === null ? 0 : bounded(f.bend.exponent, 0, 2),
    descent_significance: f.bend === null ? -1 : bounded(log10(f.bend.z), -1, 3),
    progress_significance: bounded(log10(f.progress / f.blockError), -1, 5),
    misfit: f.bend === null ? 0 : bounded(log10(f.bend.misfit), 0, 3),
    drop_at_2_percent: share(curve.start - at(0.01, 0.03), -1, 1.5),
    drop_at_5_percent: share(curve.start - at(0.04, 0.06), -1, 1.5),
    drop_early: share(at(0.08, 0.12) - at(0.45, 0.55), -1, 1),
    drop_quarter_to_end: share(at(0.2, 0.3) - at(0.9, 1), -1, 1),
    drop_second_half: share(at(0.45, 0.55) - at(0.95, 1), -1, 1),
    best_at: bestAt(history),
    late_gain: bounded(log10(late / progress), -4, 1),
    late_give_back: bounded(Math.max(f.giveBack, f.gap) / late, 0, 3),
    late_noise: bounded(log10(f.noise / late), -3, 2),
    second_half_gain: bounded(log10(Math.max(0, at(0.45, 0.55) - at(0.9, 1)) / f.noise), -3, 3),
    relative_rate: rateIsKnown(curve) ? bounded(f.relativeRate, 0, 1) : Number.NaN,
    not_finite: failed ? 1 : 0,
    ...normFeatures(history),
  };
  return Float64Array.from(FEATURE_NAMES, (name) => values[name]);
}

/** Mean loss over the steps between two shares of the run so far; at least one bucket. */
function levelBetween(curve: LossCurve, from: number, to: number): number {
  const { history, firstStep } = curve;
  const { step } = history.columns;
  const { count } = history;
  const span = step[count - 1]! - firstStep;
  const first = Math.min(count - 1, bucketAfter(history, firstStep + from * span));
  const last = Math.min(count - 1, bucketAfter(history, firstStep + to * span));
  let sum = 0;
  for (let i = first; i <= last; i++) sum += bucketMean(history, i);
  return sum / (last - first + 1);
}

/** The first bucket that ends at or after `at`. */
function bucketAfter({ columns, count }: History, at: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns.step[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the lowest level lies, 0 … 1 of the buckets. */
function bestAt(history: History): number {
  let lowest = 0;
  for (let i = 1; i < history.count; i++) if (bucketMean(history, i) < bucketMean(history, lowest)) lowest = i;
  return lowest / (history.count - 1);
}

/** How the noise of single values changed from the second fifth to the last: powers of ten. */
function noiseGrowth(history: History): number {
  const { count } = history;
  const early = noiseOver(history, Math.floor(count / 5), Math.floor((2 * count) / 5));
  const late = noiseOver(history, Math.floor((4 * count) / 5), count);
  return log10(late / early);
}

function noiseOver({ columns }: History, from: number, to: number): number {
  let squares = 0;
  let pairs = 0;
  for (let i = from; i < to; i++) {
    squares += columns.squares[i]!;
    pairs += columns.pairs[i]!;
  }
  return Math.sqrt(squares / pairs);
}

type NormName = Extract<FeatureName, `norm_${string}`>;

/** Powers of ten between the gradient norm of one stretch and another, by geometric means. */
function normFeatures(history: History): Record<NormName, number> {
  const { count } = history;
  const level = (from: number, to: number): number => logNorm(history, Math.floor(from * count), Math.ceil(to * count));
  const start = level(0, Math.max(0.02, 2 / count));
  const middle = level(0.1, 0.5);
  const late = level(0.5, 1);
  const end = level(0.95, 1);
  const twentieths = Array.from({ length: 16 }, (_, i) => level(i / 16, (i + 1) / 16)).filter(Number.isFinite);
  return {
    norm_late_to_start: bounded(late - start, -3, 3),
    norm_late_to_middle: bounded(late - middle, -2, 2),
    norm_end_to_least: bounded(end - Math.min(...twentieths), 0, 3),
    norm_middle_to_start: bounded(middle - start, -3, 3),
    norm_spread: bounded(spread(twentieths.slice(8)), 0, 1),
  };
}

/** log10 of the gradient norm's geometric mean over buckets `from` … `to − 1`; NaN where none was logged. */
function logNorm({ columns }: History, from: number, to: number): number {
  let sum = 0;
  let norms = 0;
  for (let i = from; i < to; i++) {
    sum += columns.logNorm[i]!;
    norms += columns.norms[i]!;
  }
  return sum / norms / Math.LN10;
}

function spread(values: readonly number[]): number {
  if (values.length < 3) return Number.NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

const log10 = (value: number): number => Math.log10(Math.max(value, 1e-9));

/** NaN stays NaN: it means that nothing was logged. */
function bounded(value: number, low: number, high: number): number {
  return Number.isNaN(value) ? value : clamp(value, low, high);
}
