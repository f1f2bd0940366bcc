import { fitLine } from "#lib/core/index.ts";
import { closest, type Fit, fitOf, floorFrom, goldenSection, type Points, thinned, weightedLine } from "./points.ts";
import type { Decay } from "./shapes.ts";

/**
 * Decays that begin where the warm-up ends, at `start`. Where the total is not known, the end of the curve is searched
 * for; a line that has not ended is taken to end at zero (DIAGNOSIS.md §3.2.4).
 */
type Fitter = (points: Points, start: number, maxSteps: number | null) => Fit | null;

/** Floor and height must make up the measured peak (§3.2.4), which may lie a little below the true one. */
const PEAK_LOW = 0.98;
const PEAK_HIGH = 1.03;
/** Shares below this weigh nothing in a fit of logarithms. */
const LOG_FROM = 0.01;
/** A power this near 1 is a line. */
const LINEAR = 0.05;

export const fitLinear: Fitter = (points, start, maxSteps) => {
  const { step: x, share: y } = points;
  const tail = floorFrom(y);
  const line = fitLine(x.slice(0, tail), y.slice(0, tail));
  if (line === null || !(line.slope < 0)) return null;
  const at = (t: number): number => line.intercept + line.slope * t;
  const zero = -line.intercept / line.slope;
  const flat = tail < y.length ? y.at(-1)! : null;
  let end = flat === null ? zero : (flat - line.intercept) / line.slope;
  if (flat === null && maxSteps !== null && maxSteps + 1 < zero - 1) end = maxSteps;
  const lastFalling = x[tail - 1]!;
  if (end < lastFalling - 1) end = lastFalling;
  const floor = Math.max(0, flat ?? at(end));
  return fitOf(decay("linear", { start, end, floor, height: at(start) - floor }), points);
};

export const fitCosine: Fitter = (points, start, maxSteps) => {
  const last = points.step.at(-1)!;
  const search = thinned(points);
  const to = (end: number): Fit | null => cosineTo(end, points, start);
  // Logged before or after the scheduler's step; the sum of squares tells the two apart better than the largest distance.
  const spreadTo = (end: number): number => cosineLine(points, start, end)?.spread ?? Number.POSITIVE_INFINITY;
  const ends = maxSteps === null || maxSteps <= start ? [] : [maxSteps, maxSteps + 1];
  const planned = ends.sort((a, b) => spreadTo(a) - spreadTo(b)).map(to);
  const known = planned[0] ?? null;
  if (known !== null && known.excess < 1e-3) return known;

  const tail = floorFrom(points.share);
  const flat = tail < points.step.length ? [to(points.step[tail]!)] : [];
  const cost = (end: number): number => cosineLine(search, start, end)?.spread ?? Number.POSITIVE_INFINITY;
  let [coarse, least] = [last, Number.POSITIVE_INFINITY];
  for (let span = last - start; span < 40 * (last - start); span *= 1.12) {
    const spread = cost(start + span);
    if (spread < least) [coarse, least] = [start + span, spread];
  }
  const around = coarse - start;
  const end = goldenSection(cost, start + around * 0.88, start + around * 1.13, 24);
  return closest([...planned, ...flat, to(end)]);
};

export const fitInverseSqrt: Fitter = (points, start) => {
  const { step: x, share: y } = thinned(points);
  if (y.some((share) => !(share > 0))) return null;
  // An error of the share is worth ½·share³ of that of 1/share².
  const line = weightedLine(
    x,
    y.map((share) => share ** -2),
    y.map((share) => share ** 6),
  );
  if (line === null || !(line.slope > 0) || !(line.intercept + line.slope * start > 0)) return null;
  return fitOf({ shape: "inverse-sqrt", start, intercept: line.intercept, slope: line.slope }, points);
};

export const fitExponential: Fitter = (points, start) => {
  const tail = floorFrom(points.share);
  const floor = tail < points.share.length ? points.share.at(-1)! : 0;
  const { step, share } = thinned(points);
  const x = step.filter((_, i) => share[i]! > floor);
  const y = share.filter((value) => value > floor);
  const line = weightedLine(x, y.map(Math.log), y.map(logWeight));
  if (line === null || !(line.slope < 0)) return null;
  const top = Math.exp(line.intercept + line.slope * start);
  if (top < PEAK_LOW) return null;
  return fitOf({ shape: "exponential", start, top, perStep: -line.slope, floor, held: false }, points);
};

export const fitPolynomial: Fitter = (points, start, maxSteps) => {
  const { step, share } = points;
  const last = step.at(-1)!;
  const tail = floorFrom(share);
  const search = thinned(points);
  if (maxSteps !== null && maxSteps >= last - 1) {
    const floors = [0, ...(last >= maxSteps - 1 ? [share.at(-1)!] : [])];
    const ends = [maxSteps, maxSteps + 1];
    const fits = ends.flatMap((end) => floors.map((floor) => powerTo(end, floor, search, points, start)));
    const known = closest(fits);
    if (known !== null && known.excess < 1e-3) return known;
  }
  if (tail < step.length) return powerTo(step[tail]!, share.at(-1)!, search, points, start);
  const cost = (end: number): number => powerLine(search, end, 0)?.cost ?? Number.POSITIVE_INFINITY;
  // The end lies beyond the last record: by a logarithmic search, since what is left of the run may be short or long.
  const span = last - start;
  const ahead = (u: number): number => last + span * Math.exp(u);
  let [coarse, least] = [0, Number.POSITIVE_INFINITY];
  for (let u = -8; u <= 1.5; u += 0.4) {
    const spread = cost(ahead(u));
    if (spread < least) [coarse, least] = [u, spread];
  }
  const near = goldenSection((u) => cost(ahead(u)), coarse - 0.4, coarse + 0.4, 14);
  if (near > -4) return powerTo(ahead(near), 0, search, points, start);
  // So near the end the last few records decide, which weigh little among squares.
  const largest = (u: number): number => powerTo(ahead(u), 0, search, points, start)?.error ?? 1;
  const beyond = ahead(goldenSection(largest, near - 1, near + 1, 16));
  return closest([last, beyond].map((end) => powerTo(end, 0, search, points, start)));
};

function decay(shape: Decay["shape"], part: Pick<Decay, "start" | "end" | "floor" | "height">, power = 1): Decay {
  return { shape, ...part, power, held: false };
}

function cosineLine({ step, share }: Points, start: number, end: number) {
  const g = step.map((t) => 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, (t - start) / (end - start))))));
  return fitLine(g, share);
}

/** Least squares of floor and height for a cosine that ends at `end`. */
export function cosineTo(end: number, points: Points, start: number): Fit | null {
  const line = cosineLine(points, start, end);
  if (line === null || !(line.slope > 0) || line.intercept < -0.02) return null;
  const top = line.intercept + line.slope;
  if (top > PEAK_HIGH) return null;
  const fit = fitOf(decay("cosine", { start, end, floor: line.intercept, height: line.slope }), points);
  if (line.intercept > 0.01) return fit;
  // A floor that is not needed is none.
  const toZero = fitOf(decay("cosine", { start, end, floor: 0, height: 1 }), points);
  return toZero.excess < fit.excess + 1e-4 ? toZero : fit;
}

/** ln(share − floor) against ln(end − step): a line whose slope is the power. */
function powerLine({ step, share }: Points, end: number, floor: number) {
  const [x, y, weight]: number[][] = [[], [], []];
  for (let i = 0; i < step.length; i++) {
    const value = share[i]! - floor;
    if (!(end > step[i]!) || !(value > LOG_FROM)) continue;
    x!.push(Math.log(end - step[i]!));
    y!.push(Math.log(value));
    weight!.push(value * value);
  }
  return x!.length < 4 ? null : weightedLine(x!, y!, weight!);
}

function powerTo(end: number, floor: number, search: Points, points: Points, start: number): Fit | null {
  const line = powerLine(search, end, floor);
  if (line === null || !(line.slope > 0.15 && line.slope < 8) || Math.abs(line.slope - 1) < LINEAR) return null;
  const height = Math.exp(line.intercept + line.slope * Math.log(end - start));
  if (floor + height < PEAK_LOW || floor + height > 1.2) return null;
  return fitOf(decay("polynomial", { start, end, floor, height }, line.slope), points);
}

const logWeight = (share: number): number => (share > LOG_FROM ? share * share : 0);
