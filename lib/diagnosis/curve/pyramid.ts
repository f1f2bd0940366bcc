/**
 * Noise at every time scale, in constant memory: means of 1, 2, 4 … 2^14 successive values, and at each of these scales
 * the average squared second difference. A second difference is blind to level and slope, so a descent does not count as
 * noise; a swing shows as a scale with more of it than white noise would leave there (DIAGNOSIS.md §2.2, `osc` of §2.3).
 */
const LEVELS = 15;

/** One entry a level. `NaN` marks a mean that has not come yet. */
export type Pyramid = {
  /** The first mean of a pair, waiting for its second. */
  pending: Float64Array;
  /** The two means before the newest. */
  earlier: Float64Array;
  latest: Float64Array;
  /** Second differences seen, and their average square over about the last 32. */
  count: Float64Array;
  power: Float64Array;
};

export function newPyramid(): Pyramid {
  return {
    pending: new Float64Array(LEVELS).fill(Number.NaN),
    earlier: new Float64Array(LEVELS).fill(Number.NaN),
    latest: new Float64Array(LEVELS).fill(Number.NaN),
    count: new Float64Array(LEVELS),
    power: new Float64Array(LEVELS),
  };
}

/** Adds a finite value; touches two levels on average. */
export function pushPyramid(pyramid: Pyramid, value: number): void {
  const { pending, earlier, latest, count, power } = pyramid;
  let mean = value;
  for (let level = 0; level < LEVELS; level++) {
    const before = earlier[level]!;
    if (!Number.isNaN(before)) {
      const bend = mean - 2 * latest[level]! + before;
      const seen = ++count[level]!;
      const average = power[level]!;
      // One outlier may not stand for the whole scale: capped at 12 times the average so far.
      const square = seen > 4 && average > 0 ? Math.min(bend * bend, 12 * average) : bend * bend;
      power[level] = average + Math.max(1 / 32, 1 / seen) * (square - average);
    }
    earlier[level] = latest[level]!;
    latest[level] = mean;
    const first = pending[level]!;
    if (Number.isNaN(first)) {
      pending[level] = mean;
      return;
    }
    pending[level] = Number.NaN;
    mean = 0.5 * (first + mean);
  }
}

export type Swing = {
  /** Standard deviation of the coherent part, in loss units. */
  amplitude: number;
  /** How many times the variance that white noise would have at this scale. */
  coherence: number;
  /** Points in about one swing: twice the scale. */
  period: number;
};

/** The largest swing that stands out of white noise at least fivefold; null when none does or too little was seen. */
export function strongestSwing(pyramid: Pyramid): Swing | null {
  const { count, power } = pyramid;
  let seen = 0;
  let floor = Number.POSITIVE_INFINITY;
  for (let level = 0; level < LEVELS; level++) {
    if (count[level]! < 24) continue;
    seen++;
    floor = Math.min(floor, (power[level]! / 6) * 2 ** level);
  }
  if (seen < 3) return null;
  let best: Swing | null = null;
  for (let level = 0; level < LEVELS; level++) {
    if (count[level]! < 24) continue;
    const variance = power[level]! / 6;
    const coherence = (variance * 2 ** level) / Math.max(floor, 1e-300);
    const amplitude = Math.sqrt(Math.max(0, variance - floor / 2 ** level));
    if (coherence > 5 && (best === null || amplitude > best.amplitude)) {
      best = { amplitude, coherence, period: 2 ** (level + 1) };
    }
  }
  return best;
}
