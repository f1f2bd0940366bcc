/** Small, exact building blocks of the judges. None of them changes its input. */

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** 0 at `low` and below, 1 at `high` and above, a straight line between. NaN stays NaN. */
export function ramp(value: number, low: number, high: number): number {
  return clamp((value - low) / (high - low), 0, 1);
}

/** `ramp` on a logarithmic scale; both bounds positive, values ≤ 0 give 0. */
export function logRamp(value: number, low: number, high: number): number {
  if (value <= low) return 0;
  return clamp(Math.log(value / low) / Math.log(high / low), 0, 1);
}

/** The chance that at least one of two independent signs is true. */
export function noisyOr(a: number, b: number): number {
  return 1 - (1 - a) * (1 - b);
}

/** Mean of the entries `from` … `to − 1`; NaN when there are none. */
export function mean(values: ArrayLike<number>, from = 0, to = values.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

/**
 * The value at share `p` (0 … 1) of the first `length` entries of an ascending list, interpolated between neighbours as
 * numpy's default does; NaN when empty.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number, length = sorted.length): number {
  if (length === 0) return Number.NaN;
  const place = p * (length - 1);
  const below = Math.floor(place);
  const share = place - below;
  if (below + 1 >= length) return sorted[length - 1]!;
  return sorted[below]! * (1 - share) + sorted[below + 1]! * share;
}

/** The median; of an even count the mean of the middle two. NaN when empty. */
export function median(values: Iterable<number>): number {
  return quantileOfSorted(Float64Array.from(values).sort(), 0.5);
}

/** Interquartile range / 1.349: the standard deviation of a normal sample, blind to its tails. */
export function robustScaleOfSorted(sorted: ArrayLike<number>, length = sorted.length): number {
  return (quantileOfSorted(sorted, 0.75, length) - quantileOfSorted(sorted, 0.25, length)) / 1.349;
}

export type Line = {
  /** Value at x = 0. */
  intercept: number;
  slope: number;
  /** Standard deviation of the values about the line. */
  spread: number;
};

/** Least-squares line through (x, y); null with fewer than three points or when all x are equal. */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): Line | null {
  const n = x.length;
  if (n < 3) return null;
  const mx = mean(x);
  const my = mean(y);
  let sxx = 0;
  let sxy = 0;
  for (let i = 0; i < n; i++) {
    sxx += (x[i]! - mx) ** 2;
    sxy += (x[i]! - mx) * (y[i]! - my);
  }
  if (!(sxx > 0)) return null;
  const slope = sxy / sxx;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (y[i]! - my - slope * (x[i]! - mx)) ** 2;
  return { intercept: my - slope * mx, slope, spread: Math.sqrt(squares / (n - 2)) };
}

/** Keeps `digits` significant digits, so that JSON stays short: 2.3456789 → 2.3457 for 5. */
export function significant(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
