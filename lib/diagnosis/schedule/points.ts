import type { RateKnots } from "./knots.ts";
import { type Body, bodyShare } from "./shapes.ts";

/** The measured rates as shares of their peak, ascending by step. `slack`: what rounding in the log may have moved each. */
export type Points = { step: number[]; share: number[]; slack: number[] };

/** A body that was fitted, with its largest distance from the points: in all, and beyond what rounding explains. */
export type Fit = { body: Body; error: number; excess: number };

const MIN_KNOTS = 4;
const FITTED = 48;
/** Logs print at least three digits of a rate and are taken to be exact from seven on. */
const FEWEST_DIGITS = 3;
const EXACT_DIGITS = 7;

/** The knots before `until`, or all where that leaves too few; null when there are too few to say anything. */
export function measuredPoints(knots: RateKnots, until: number): { peak: number; points: Points } | null {
  let count = 0;
  while (count < knots.count && knots.step[count]! < until) count++;
  if (count < MIN_KNOTS) count = knots.count;
  if (count < MIN_KNOTS) return null;
  const rates = knots.rate.subarray(0, count);
  const peak = Math.max(...rates);
  if (!(peak > 0)) return null;
  const digits = digitsOf(rates);
  const points: Points = { step: [...knots.step.subarray(0, count)], share: [], slack: [] };
  for (const rate of rates) {
    points.share.push(rate / peak);
    points.slack.push(digits === EXACT_DIGITS || rate === 0 ? 1e-7 : (0.51 * ulp(rate, digits)) / peak);
  }
  return { peak, points };
}

export function slice({ step, share, slack }: Points, from: number, to = step.length): Points {
  return { step: step.slice(from, to), share: share.slice(from, to), slack: slack.slice(from, to) };
}

/** At most about 48 of them, first and last included, for searches. */
export function thinned(points: Points): Points {
  const n = points.step.length;
  const stride = Math.ceil(n / FITTED);
  if (stride === 1) return points;
  const every = (values: number[]): number[] => values.filter((_, i) => i % stride === 0 || i === n - 1);
  return { step: every(points.step), share: every(points.share), slack: every(points.slack) };
}

export function fitOf(body: Body, { step, share, slack }: Points): Fit {
  let error = 0;
  let excess = 0;
  for (let i = 0; i < step.length; i++) {
    const distance = Math.abs(bodyShare(body, step[i]!) - share[i]!);
    error = Math.max(error, distance);
    excess = Math.max(excess, distance - slack[i]!);
  }
  return Number.isNaN(error) ? { body, error: 1, excess: 1 } : { body, error, excess };
}

export function closest(fits: readonly (Fit | null)[]): Fit | null {
  return fits.reduce((a, b) => (b !== null && (a === null || b.error < a.error) ? b : a), null);
}

/** Where a floor of at least three equal last points begins; the length when there is none. */
export function floorFrom(share: readonly number[]): number {
  const floor = share.at(-1)!;
  let from = share.length;
  while (from > 0 && Math.abs(share[from - 1]! - floor) < 1e-6) from--;
  return share.length - from >= 3 ? from : share.length;
}

/** The step in [from, to] with the least cost, by golden section; `rounds` evaluations. */
export function goldenSection(cost: (x: number) => number, from: number, to: number, rounds: number): number {
  const share = 0.381966;
  let low = from;
  let high = to;
  let a = low + share * (high - low);
  let b = high - share * (high - low);
  let [costA, costB] = [cost(a), cost(b)];
  for (let i = 2; i < rounds; i++) {
    if (costA < costB) {
      [high, b, costB] = [b, a, costA];
      a = low + share * (high - low);
      costA = cost(a);
    } else {
      [low, a, costA] = [a, b, costB];
      b = high - share * (high - low);
      costB = cost(b);
    }
  }
  return (low + high) / 2;
}

/** Weighted least squares; `cost` is the mean square about the line. Null with fewer than two weighty points. */
export function weightedLine(
  x: readonly number[],
  y: readonly number[],
  weight: readonly number[],
): { intercept: number; slope: number; cost: number } | null {
  let [sum, mx, my] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    sum += weight[i]!;
    mx += weight[i]! * x[i]!;
    my += weight[i]! * y[i]!;
  }
  if (!(sum > 0)) return null;
  mx /= sum;
  my /= sum;
  let [sxx, sxy, syy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    sxx += weight[i]! * dx * dx;
    sxy += weight[i]! * dx * dy;
    syy += weight[i]! * dy * dy;
  }
  if (!(sxx > 0)) return null;
  const slope = sxy / sxx;
  return { intercept: my - slope * mx, slope, cost: Math.max(0, syy - slope * sxy) / sum };
}

/** The digits that the rates are printed with: the most that any of up to 48 of them needs. */
function digitsOf(rates: Float64Array): number {
  const stride = Math.ceil(rates.length / 48);
  let digits = FEWEST_DIGITS;
  for (let i = 0; i < rates.length && digits < EXACT_DIGITS; i += stride) {
    const rate = rates[i]!;
    while (digits < EXACT_DIGITS && rate > 0) {
      const units = rate / ulp(rate, digits);
      if (Math.abs(units - Math.round(units)) < 1e-4) break;
      digits++;
    }
  }
  return digits;
}

const ulp = (value: number, digits: number): number => 10 ** (Math.floor(Math.log10(value) + 1e-12) - digits + 1);
