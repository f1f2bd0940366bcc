import { fitLine, significant } from "#lib/core/index.ts";
import type { Schedule } from "#lib/protocol/index.ts";
import { scheduleText } from "../text/schedule.ts";
import type { RateChange } from "./jump-watch.ts";
import type { RateKnots } from "./knots.ts";

/**
 * Reads the schedule off the measured learning rate (DIAGNOSIS.md §3.2): a linear warm-up or none, then constant, linear
 * or cosine, each accepted when no knot is further from it than 0.4 % of the peak (records carry four digits). Where the
 * total is not known, the end of the curve is searched for; a line that has not ended is taken to end at zero.
 */
export type Shape = "constant" | "linear" | "cosine";

/** A decay `floor + height·g((t − start)/(end − start))`, rates as shares of the measured peak. */
type Decay = { shape: Shape; start: number; end: number; floor: number; height: number; error: number };
type WarmUp = { zero: number; knee: number; slope: number };
type Points = { step: number[]; share: number[] };

const TOLERANCE = 4e-3;
/** A floor below this share of the peak is the end of a decay to zero. */
const NO_FLOOR = 1e-3;
const MIN_KNOTS = 4;
const FITTED_KNOTS = 96;
const CURVE_KNOTS = 64;

/** @param maxSteps the planned last step, when known */
export function identifySchedule(
  knots: RateKnots,
  changes: readonly RateChange[],
  maxSteps: number | null,
): Schedule | null {
  const until = changes[0]?.step ?? Number.POSITIVE_INFINITY;
  const points = normalised(knots, until);
  if (points === null) return null;
  const { peak, measured } = points;
  const warmUp = readWarmUp(measured);
  if (warmUp === "unreadable") return unknownSchedule(peak, measured, changes, false);
  const rising = warmUp !== null && warmUp.last === measured.step.length - 1;
  const decay = rising ? null : bestDecay(measured, warmUp, maxSteps);
  if (decay === null) return unknownSchedule(peak, measured, changes, rising);

  const ramp = warmUp?.line ?? null;
  const top = decay.floor + decay.height;
  const offset = ramp === null ? (measured.step[0] === 1 ? 1 : 0) : Math.round(ramp.zero);
  // HF logs at step s what was set by s − 1 scheduler steps, so a curve seems to end one step late.
  const ends = decay.shape === "constant" ? null : Math.round(decay.end - offset);
  const totalSteps = ends !== null && maxSteps !== null && Math.abs(ends - maxSteps) <= 1 ? maxSteps : ends;
  const last = Math.max(measured.step.at(-1)!, totalSteps ?? maxSteps ?? 0);
  const floor = decay.floor < NO_FLOOR ? 0 : decay.floor;
  const schedule = {
    kind: ramp === null ? decay.shape : `warmup-${decay.shape}`,
    warmupSteps: ramp === null ? 0 : Math.max(1, Math.round(decay.start - ramp.zero)),
    peak: significant(peak * top, 4),
    final: decay.shape === "constant" ? null : significant(peak * floor, 4),
    totalSteps,
    fit: significant(1 - decay.error, 5),
    changes: changes.map((change) => ({ ...change })),
    curve: drawn(ramp, decay, peak, measured.step[0]!, last),
  };
  return { ...schedule, text: scheduleText(schedule) };
}

/** The knots before `until` as shares of their peak; null when they are too few to say anything. */
function normalised(knots: RateKnots, until: number): { peak: number; measured: Points } | null {
  let count = 0;
  while (count < knots.count && knots.step[count]! < until) count++;
  if (count < MIN_KNOTS) count = knots.count;
  if (count < MIN_KNOTS) return null;
  const peak = Math.max(...knots.rate.subarray(0, count));
  if (!(peak > 0)) return null;
  const stride = Math.max(1, Math.ceil(count / FITTED_KNOTS));
  const measured: Points = { step: [], share: [] };
  for (let i = 0; i < count; i++) {
    // The rise is short and every one of its knots counts, its top above all; of the rest, every `stride`-th and the last.
    const rises = i > 0 && knots.rate[i]! > knots.rate[i - 1]!;
    if (i % stride !== 0 && i !== count - 1 && !rises) continue;
    measured.step.push(knots.step[i]!);
    measured.share.push(knots.rate[i]! / peak);
  }
  return { peak, measured };
}

/** The rise to the peak as a line; null without one, "unreadable" when it is no line. `last` is the peak's index. */
function readWarmUp({ step, share }: Points): { line: WarmUp; last: number } | null | "unreadable" {
  const last = share.findIndex((value) => value >= 1 - 1e-6);
  if (last === 0) return null;
  // The last points of the rise may lie beyond the knee: where records are sparse, the line ends before them.
  let to = share.slice(0, last).findLastIndex((value) => value <= 0.9);
  if (to < 0) to = 0;
  const [from, until] = to === 0 ? [0, last] : [0, to];
  const slope = (share[until]! - share[from]!) / (step[until]! - step[from]!);
  if (!(slope > 0)) return "unreadable";
  for (let i = from; i <= until; i++) {
    if (Math.abs(share[from]! + slope * (step[i]! - step[from]!) - share[i]!) > 0.01) return "unreadable";
  }
  const zero = step[from]! - share[from]! / slope;
  return { line: { zero, knee: zero + 1 / slope, slope }, last };
}

/** The simplest decay that fits, or null. */
function bestDecay(
  { step, share }: Points,
  warmUp: { line: WarmUp; last: number } | null,
  maxSteps: number | null,
): Decay | null {
  const x = step.slice(warmUp?.last ?? 0);
  const y = share.slice(warmUp?.last ?? 0);
  const begin = x[0]!;
  let start = warmUp === null ? Math.min(begin, 1) : Math.min(warmUp.line.knee, begin);
  if (Math.max(...y) - Math.min(...y) < TOLERANCE) {
    const floor = y.reduce((sum, value) => sum + value, 0) / y.length;
    const error = Math.max(...y.map((value) => Math.abs(value - floor)));
    return { shape: "constant", start, end: Number.NaN, floor, height: 0, error };
  }
  if (y.length < 3) return null;
  let best: Decay | null = null;
  // The peak may lie between two records: it is where warm-up and decay meet, found in two rounds.
  for (let round = 0; round < 2; round++) {
    const fits = [fitLinear(x, y, start, maxSteps), fitCosine(x, y, start, maxSteps)].filter((fit) => fit !== null);
    best = fits.reduce<Decay | null>((a, b) => (a === null || grade(b) < grade(a) ? b : a), null);
    if (warmUp === null || best === null) break;
    start = Math.min(begin, warmUp.line.zero + (best.floor + best.height) / warmUp.line.slope);
  }
  return best !== null && best.error < TOLERANCE ? best : null;
}

/** Errors that differ by less than a tenth of the tolerance are equal, and the first of the list wins. */
const grade = (decay: Decay): number => Math.round(decay.error / (TOLERANCE / 10));

function fitLinear(x: readonly number[], y: readonly number[], start: number, maxSteps: number | null): Decay | null {
  const tail = floorFrom(y);
  const line = fitLine(x.slice(0, tail), y.slice(0, tail));
  if (line === null || !(line.slope < 0)) return null;
  const at = (t: number): number => line.intercept + line.slope * t;
  const zero = -line.intercept / line.slope;
  const flat = tail < y.length ? y.at(-1)! : null;
  let end = flat === null ? zero : (flat - line.intercept) / line.slope;
  if (flat === null && maxSteps !== null && maxSteps + 1 < zero - 1) end = maxSteps;
  if (end < x[tail - 1]! - 1) end = x[tail - 1]!;
  const floor = Math.max(0, flat ?? at(end));
  const error = Math.max(...x.map((t, i) => Math.abs(Math.max(floor, at(t)) - y[i]!)));
  return { shape: "linear", start, end, floor, height: at(start) - floor, error };
}

function fitCosine(x: readonly number[], y: readonly number[], start: number, maxSteps: number | null): Decay | null {
  const last = x.at(-1)!;
  const reach = (end: number): Decay => cosineTo(end, x, y, start);
  let best: Decay | null = null;
  const consider = (end: number): void => {
    const decay = reach(end);
    if (decay.height > 0 && decay.floor > -0.02 && (best === null || decay.error < best.error)) best = decay;
  };
  if (maxSteps !== null) for (const end of [maxSteps, maxSteps + 1]) if (end > start) consider(end);
  const known = best as Decay | null;
  if (known !== null && known.error < TOLERANCE / 2) return known;

  const tail = floorFrom(y);
  if (tail < y.length) consider(x[tail]!);
  for (let span = last - start, i = 0; i < 60; i++) consider(start + span * 1.06 ** i);
  const coarse = best as Decay | null;
  if (coarse === null || coarse.error > 0.1) return coarse;
  let low = start + (coarse.end - start) * 0.93;
  let high = start + (coarse.end - start) * 1.07;
  for (let i = 0; i < 40; i++) {
    const a = low + (high - low) * 0.382;
    const b = low + (high - low) * 0.618;
    if (reach(a).error < reach(b).error) high = b;
    else low = a;
  }
  consider((low + high) / 2);
  return best;
}

/** Least squares of floor and height for a cosine that ends at `end`; error is the largest residual. */
function cosineTo(end: number, x: readonly number[], y: readonly number[], start: number): Decay {
  const g = x.map((t) => cosine(t, start, end));
  const line = fitLine(g, y);
  const floor = line?.intercept ?? 0;
  const height = line?.slope ?? 0;
  const error = Math.max(...g.map((value, i) => Math.abs(floor + height * value - y[i]!)));
  return { shape: "cosine", start, end, floor, height, error };
}

function cosine(t: number, start: number, end: number): number {
  const share = Math.min(1, Math.max(0, (t - start) / (end - start)));
  return 0.5 * (1 + Math.cos(Math.PI * share));
}

/** Where a floor of at least three equal last knots begins; the length when there is none. */
function floorFrom(y: readonly number[]): number {
  const floor = y.at(-1)!;
  let from = y.length;
  while (from > 0 && Math.abs(y[from - 1]! - floor) < 1e-5) from--;
  return y.length - from >= 3 ? from : y.length;
}

function shareAt(warmUp: WarmUp | null, decay: Decay, t: number): number {
  if (warmUp !== null && t < decay.start) return Math.max(0, warmUp.slope * (t - warmUp.zero));
  if (decay.shape === "constant") return decay.floor;
  if (decay.shape === "cosine") return decay.floor + decay.height * cosine(t, decay.start, decay.end);
  const share = Math.min(1, Math.max(0, (t - decay.start) / (decay.end - decay.start)));
  return decay.floor + decay.height * (1 - share);
}

function drawn(warmUp: WarmUp | null, decay: Decay, peak: number, from: number, to: number): Schedule["curve"] {
  const steps = new Set<number>([from, to]);
  if (warmUp !== null && decay.start > from && decay.start < to) steps.add(Math.round(decay.start));
  if (decay.shape === "linear" && decay.end < to) steps.add(Math.round(decay.end));
  if (decay.shape === "cosine") {
    const begin = Math.max(from, decay.start);
    const span = Math.min(to, decay.end) - begin;
    const inner = CURVE_KNOTS - 4;
    for (let i = 0; i <= inner; i++) steps.add(Math.round(begin + (span * i) / inner));
  }
  const step = [...steps].filter((t) => t >= from && t <= to).sort((a, b) => a - b);
  return { step, value: step.map((t) => significant(peak * shareAt(warmUp, decay, t), 4)) };
}

function unknownSchedule(peak: number, { step }: Points, changes: readonly RateChange[], rising: boolean): Schedule {
  const schedule = {
    kind: "unknown",
    warmupSteps: rising ? step.at(-1)! - step[0]! : 0,
    peak: significant(peak, 4),
    final: null,
    totalSteps: null,
    fit: 0,
    changes: changes.map((change) => ({ ...change })),
    curve: { step: [], value: [] },
  };
  return { ...schedule, text: scheduleText(schedule) };
}
