import { mean } from "#lib/core/index.ts";
import { BUCKETS, bucketMean, type History } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";

/**
 * The numbers a judgement is made of (DIAGNOSIS.md §2.3), from the bucket history alone. Everything is in loss units or a
 * ratio of such, so scale and offset of the loss do not matter. A *block* is a run of buckets, about 1/32 of the history.
 */
export type Features = {
  points: number;
  /** White-noise standard deviation of single values over the last third, and of a block's mean. */
  noise: number;
  blockError: number;
  /** From the start level to the best block, and in block errors. */
  progress: number;
  progressZ: number;
  /** The furthest that a block of the last half climbed above the best before it; the same on blocks of a tenth. */
  giveBack: number;
  coarseGiveBack: number;
  coarseError: number;
  /** A climb of at least 0.3 of the progress had come back by half before now: a swing, not a loss that runs away. */
  cameBack: boolean;
  /** Climbs of at least an eighth of the progress that came back to the best level; and whether one is under way. */
  excursions: number;
  outside: boolean;
  /** The last two blocks above the best one. */
  gap: number;
  current: number;
  best: number;
  /** How far the first points went above the start. */
  overshoot: number;
  /** Descent over the last third, and in its own standard errors. */
  recentDrop: number;
  recentZ: number;
  /** Descent over the last half, and its standard error. */
  halfDrop: number;
  halfDropError: number;
  /** Descent from the middle of the run (in learning-rate time) to now against twice that of the quarter before:
   * 1 is straight, less bends, more speeds up. `lateDrop` is the descent itself. */
  acceleration: number;
  lateDrop: number;
  /** The current rate as a share of its peak. */
  relativeRate: number;
  /** Fit of `a − c·S^β` over learning-rate time S; null with few buckets. */
  bend: Bend | null;
};

export type Bend = {
  /** 1 is a straight line in learning-rate time; healthy curves bend early: about 0.02 … 0.3. */
  exponent: number;
  /** Exponents that fit almost as well. */
  low: number;
  high: number;
  /** Significance of the descent, in standard errors. */
  z: number;
  /** What the fit leaves over against white noise: 1 when nothing else is in it. */
  misfit: number;
  descends: boolean;
};

const EXPONENTS = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8] as const;
export const MIN_BUCKETS = 16;
const MIN_BUCKETS_TO_FIT = 24;
const TINY = 1e-300;

const means = new Float64Array(BUCKETS);
const powers = new Float64Array(EXPONENTS.length);

/** The features of a curve as it is now; null while it has fewer than 16 buckets. */
export function features(curve: LossCurve): Features | null {
  const { history } = curve;
  const { columns, width } = history;
  const count = history.count;
  if (count < MIN_BUCKETS) return null;
  for (let i = 0; i < count; i++) means[i] = bucketMean(history, i);
  const lastThird = Math.floor((count * 2) / 3);
  const noise = whiteNoise(history);

  const perBlock = Math.max(1, Math.floor(count / 32));
  const blocks = blockMeans(count, perBlock, count % perBlock);
  const blockError = noise / Math.sqrt(width * perBlock);
  const best = Math.min(...blocks);
  const progress = curve.start - best;
  const current = (blocks[blocks.length - 1]! + blocks[blocks.length - 2]!) / 2;

  const perCoarse = Math.max(1, Math.floor(count / 10));
  const coarse = blockMeans(count, perCoarse, count % perCoarse);

  const area = columns.area[count - 1]!;
  const edge = Math.max(2, Math.floor(count / 16));
  const now = mean(means, count - edge, count);
  const edgeError = noise / Math.sqrt(width * edge);
  const atHalf = levelAt(curve, area / 2);
  const earlier = levelAt(curve, area / 4) - atHalf;
  const lateDrop = atHalf - now;

  const recent = endToEndDrop(lastThird, count);
  const half = endToEndDrop(count >> 1, count);
  const perPoint = (ends: number): number => noise * Math.sqrt(2 / (width * ends)) + TINY;

  return {
    points: curve.points,
    noise,
    blockError,
    progress,
    progressZ: progress / Math.max(blockError, TINY),
    giveBack: largestClimb(blocks, curve.start),
    coarseGiveBack: largestClimb(coarse, curve.start),
    coarseError: noise / Math.sqrt(width * perCoarse),
    cameBack: hasComeBack(blocks, curve.start, 0.3 * progress),
    ...excursionsOf(blocks, curve.start, progress),
    gap: current - best,
    current,
    best,
    overshoot: curve.earlyTop - curve.start,
    recentDrop: recent.drop,
    recentZ: recent.drop / perPoint(recent.ends),
    halfDrop: half.drop,
    halfDropError: perPoint(half.ends),
    acceleration: earlier > 2 * edgeError ? lateDrop / (2 * earlier) : lateDrop > 4 * edgeError ? 9 : 0,
    lateDrop,
    relativeRate: columns.rate[count - 1]! / width / Math.max(curve.peakRate, TINY),
    bend: count >= MIN_BUCKETS_TO_FIT ? fitBend(curve, noise) : null,
  };
}

/** Standard deviation of single values about the trend, from the differences of successive ones over the last third. */
export function whiteNoise(history: History): number {
  const { columns, count } = history;
  let largest = 0;
  let pairs = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    largest = Math.max(largest, Math.abs(bucketMean(history, i)));
    if (i < Math.floor((count * 2) / 3)) continue;
    pairs += columns.pairs[i]!;
    squares += columns.squares[i]!;
  }
  return Math.max(Math.sqrt((0.5 * squares) / Math.max(1, pairs)), 1e-6 * largest + 1e-12);
}

/** Means of `size` buckets each, aligned to the end of the history. */
function blockMeans(count: number, size: number, from: number): number[] {
  const blocks: number[] = [];
  for (let i = from; i + size <= count; i += size) blocks.push(mean(means, i, i + size));
  return blocks;
}

/** How far a block of the last half stands above the lowest before it, the start level included. */
function largestClimb(blocks: readonly number[], start: number): number {
  let lowest = start;
  let climb = 0;
  for (let i = 0; i < blocks.length; i++) {
    lowest = Math.min(lowest, blocks[i]!);
    if (i >= blocks.length >> 1) climb = Math.max(climb, blocks[i]! - lowest);
  }
  return climb;
}

/** Whether a climb of `height` in the last half was followed by a fall of half of it. */
function hasComeBack(blocks: readonly number[], start: number, height: number): boolean {
  let lowest = start;
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < blocks.length; i++) {
    const level = blocks[i]!;
    lowest = Math.min(lowest, level);
    if (i < blocks.length >> 1) continue;
    if (level - lowest >= height) top = Math.max(top, level);
    if (top - level >= 0.5 * Math.max(height, top - lowest)) return true;
  }
  return false;
}

/** How often the blocks left their best level by an eighth of the progress and came back to half of that. */
function excursionsOf(
  blocks: readonly number[],
  start: number,
  progress: number,
): { excursions: number; outside: boolean } {
  let lowest = start;
  let excursions = 0;
  let outside = false;
  for (const level of blocks) {
    if (!outside) {
      lowest = Math.min(lowest, level);
      outside = level - lowest > progress / 8;
    } else if (level - lowest < progress / 16) {
      outside = false;
      excursions++;
      lowest = Math.min(lowest, level);
    }
  }
  return { excursions, outside };
}

/** Mean of the first quarter minus mean of the last quarter of buckets `from` … `to − 1`. */
function endToEndDrop(from: number, to: number): { drop: number; ends: number } {
  const ends = Math.max(2, (to - from) >> 2);
  return { drop: mean(means, from, from + ends) - mean(means, to - ends, to), ends };
}

/** The loss about the time when the cumulative rate was `area`: the mean of five buckets. */
function levelAt(curve: LossCurve, area: number): number {
  const { columns, count } = curve.history;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns.area[middle]! < area) low = middle + 1;
    else high = middle;
  }
  return mean(means, Math.max(0, low - 2), Math.min(count, low + 3));
}

/** Least squares of the bucket means on S^β for each β; all buckets weigh the same, having equally many points. */
function fitBend(curve: LossCurve, noise: number): Bend | null {
  const { columns, count, width } = curve.history;
  const area = columns.area[count - 1]!;
  if (!(area > 0)) return null;
  // Sums about the middle value: a large offset of the loss must not eat the digits.
  const centre = means[count >> 1]!;
  let sy = 0;
  let syy = 0;
  const sums = EXPONENTS.map((exponent) => ({ exponent, x: 0, xx: 0, xy: 0 }));
  for (let i = 0; i < count; i++) {
    const y = means[i]! - centre;
    sy += y;
    syy += y * y;
    raise(columns.area[i]! / area);
    for (let k = 0; k < sums.length; k++) {
      const sum = sums[k]!;
      const x = powers[k]!;
      sum.x += x;
      sum.xx += x * x;
      sum.xy += x * y;
    }
  }
  const flat = (syy - (sy * sy) / count) * width;
  const fits = sums.flatMap(({ exponent, x, xx, xy }) => {
    const variance = xx - (x * x) / count;
    if (!(variance > 0)) return [];
    const covariance = xy - (x * sy) / count;
    const error = flat - ((covariance * covariance) / variance) * width;
    return [{ exponent, error, slope: covariance / variance }];
  });
  const [first, ...rest] = fits;
  if (first === undefined) return null;
  const best = rest.reduce((a, b) => (b.error < a.error ? b : a), first);
  // Misfit and coloured noise widen the error bars.
  const inflation = Math.max(1, best.error / (Math.max(1, count - 3) * noise * noise));
  const close = fits.filter((fit) => fit.slope < 0 && fit.error - best.error <= 4 * noise * noise * inflation);
  return {
    exponent: best.exponent,
    low: Math.min(best.exponent, ...close.map((fit) => fit.exponent)),
    high: Math.max(best.exponent, ...close.map((fit) => fit.exponent)),
    z: Math.sqrt(Math.max(0, flat - best.error)) / (noise * Math.sqrt(inflation)),
    misfit: inflation,
    descends: best.slope < 0,
  };
}

/** `share` to each of the exponents, into `powers`: two logarithms' worth of work instead of twelve. */
function raise(share: number): void {
  const log = Math.log(share);
  const p05 = Math.exp(0.05 * log);
  const p1 = p05 * p05;
  const p2 = p1 * p1;
  const p3 = p1 * p2;
  const p4 = p2 * p2;
  const p5 = p2 * p3;
  const p6 = p3 * p3;
  const p9 = p3 * p6;
  powers[0] = Math.exp(0.02 * log);
  powers[1] = p1;
  powers[2] = p2;
  powers[3] = p3;
  powers[4] = p4;
  powers[5] = p5;
  powers[6] = p6;
  powers[7] = p05 * p3 * p4;
  powers[8] = p9;
  powers[9] = p5 * p6;
  powers[10] = p5 * p9;
  powers[11] = p9 * p9;
}
