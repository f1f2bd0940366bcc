import { significant } from "#lib/core/index.ts";
import type { Schedule } from "#lib/protocol/index.ts";
import { scheduleText } from "../text/schedule.ts";
import { fitCycles } from "./cycles.ts";
import { drawn, phasesOf } from "./drawn.ts";
import { fitHeldDecay, heldUntil, TAIL_MIN } from "./held-decay.ts";
import type { RateChange } from "./jump-watch.ts";
import type { RateKnots } from "./knots.ts";
import { fitLevels } from "./levels.ts";
import { closest, type Fit, fitOf, measuredPoints, type Points, slice } from "./points.ts";
import { type Body, bodyShare, rateAt, type ScheduleModel, type WarmUp } from "./shapes.ts";
import { fitCosine, fitExponential, fitInverseSqrt, fitLinear, fitPolynomial } from "./smooth-decay.ts";
import { withoutStairs } from "./stairs.ts";
import { readWarmUp } from "./warm-up.ts";

/**
 * Reads the schedule off the measured learning rate (DIAGNOSIS.md §3.2): a warm-up or none, then the simplest body that
 * is no further from any knot, beyond what the digits of the log explain, than a share of the peak.
 */
export type Reading = { model: ScheduleModel; error: number; excess: number };

/** A body further off than this is not what is followed; 4e-3 where the log has four digits, of which rounding is one. */
const TOLERANCE = 3e-3;
/** A body this near needs no better one: the first such, in order of simplicity, is it. Coarse rounding moves a fit, too. */
const CLEAR = 4e-4;
const CLEAR_OF_ROUNDING = 0.2;
/** A range below this is no decay yet. */
const FLAT = 4e-3;
/** A floor below this share of the peak is the end of a decay to zero. */
const NO_FLOOR = 1e-3;

/**
 * @param changes jumps off the schedule: what counts is the rate before the first
 * @param maxSteps the planned last step, when known
 */
export function identifySchedule(
  knots: RateKnots,
  changes: readonly RateChange[],
  maxSteps: number | null,
): Schedule | null {
  const measured = measuredPoints(knots, changes[0]?.step ?? Number.POSITIVE_INFINITY);
  if (measured === null) return null;
  const { peak, points } = measured;
  const reading = readPoints(points, peak, maxSteps);
  const known = changes.map((change) => ({ ...change }));
  if (typeof reading === "string") return unknownSchedule(peak, points, known, reading === "rising");
  const { model, error } = reading;
  const { warmUp, start, body } = model;
  const first = points.step[0]!;
  const { totalSteps, final } = endOf(model, first, maxSteps);
  const last = Math.max(points.step.at(-1)!, totalSteps ?? maxSteps ?? 0);
  const schedule = {
    kind: kindOf(model),
    warmupSteps: warmUp === null ? 0 : warmupSteps(warmUp, start),
    peak: significant(rateAt(model, start), 4),
    final,
    totalSteps,
    fit: significant(1 - error, 5),
    power: body.shape === "polynomial" ? significant(body.power, 3) : null,
    phases: phasesOf(model, first, last),
    changes: known,
    curve: drawn(model, first, last),
  };
  return { ...schedule, text: scheduleText(schedule, body, peak) };
}

/** The model alone, or why there is none. */
export function identifyModel(
  knots: RateKnots,
  changes: readonly RateChange[],
  maxSteps: number | null,
): Reading | "rising" | "unknown" {
  const measured = measuredPoints(knots, changes[0]?.step ?? Number.POSITIVE_INFINITY);
  return measured === null ? "unknown" : readPoints(measured.points, measured.peak, maxSteps);
}

/** The same as plain data, for `rateAt`. */
export function plannedModel(
  knots: RateKnots,
  changes: readonly RateChange[],
  maxSteps: number | null,
): ScheduleModel | null {
  const reading = identifyModel(knots, changes, maxSteps);
  if (typeof reading === "string") return null;
  const { model } = reading;
  const planned = rateAt(model, knots.step[knots.count - 1]!);
  const factor = changes.length > 0 && planned > 0 ? knots.rate[knots.count - 1]! / planned : 1;
  return { ...model, peak: factor * model.peak };
}

/** `warmup-` and the shape; a decay after a stable phase is `wsd` whatever its shape. */
export function kindOf({ warmUp, body }: ScheduleModel): string {
  return `${warmUp === null ? "" : "warmup-"}${bodyKind(body)}`;
}

function bodyKind(body: Body): string {
  if (("held" in body && body.held) || body.shape === "one-minus-sqrt") return "wsd";
  return body.shape === "step" && body.irregular ? "reduce-on-plateau" : body.shape;
}

function readPoints(points: Points, peak: number, maxSteps: number | null): Reading | "rising" | "unknown" {
  const rise = readWarmUp(points);
  if (rise === "unreadable") return "unknown";
  if (rise !== null && rise.last === points.step.length - 1) return "rising";
  const warmUp = rise?.warmUp ?? null;
  const after = withoutStairs(slice(points, rise?.last ?? 0));
  const whole = warmUp === null ? fromStart(after, maxSteps) : meet(after, warmUp, after.step[0]!, maxSteps);
  // The highest record may still be one of the rise, where the peak lies between it and the next.
  const later =
    warmUp === null || (whole !== null && isClear(whole.fit))
      ? null
      : meet(slice(after, 1), warmUp, after.step[1]!, maxSteps);
  const best = later !== null && (whole === null || later.fit.excess < whole.fit.excess / 2) ? later : whole;
  if (best === null || best.fit.excess > TOLERANCE) return "unknown";
  const { start, fit } = best;
  return { model: { peak, warmUp, start, body: fit.body }, error: fit.error, excess: fit.excess };
}

const isClear = ({ error, excess }: Fit): boolean => excess < CLEAR + CLEAR_OF_ROUNDING * (error - excess);

/** The best body where no record shows a warm-up: logs count from 1 or from 0, and a short one may precede the first. */
function fromStart(points: Points, maxSteps: number | null): { start: number; fit: Fit } | null {
  const first = points.step[0]!;
  let best: { start: number; fit: Fit } | null = null;
  for (const start of new Set([Math.min(first, 1), 0, first])) {
    const fit = bestBody(points, start, maxSteps);
    if (fit !== null && (best === null || fit.excess < best.fit.excess)) best = { start, fit };
    if (best !== null && isClear(best.fit)) break;
  }
  return best;
}

/** The best body, beginning where it meets the warm-up, at `latest` at the latest. */
function meet(points: Points, warmUp: WarmUp, latest: number, maxSteps: number | null) {
  let start = Math.min(warmUp.knee, latest);
  for (let round = 0; ; round++) {
    const fit = bestBody(points, start, maxSteps);
    if (fit === null || warmUp.shape !== "linear") return fit && { start, fit };
    const meeting = Math.min(latest, warmUp.zero + (warmUp.knee - warmUp.zero) * bodyShare(fit.body, start));
    const settled = isClear(fit) || round === 2 || Math.abs(meeting - start) < 0.3;
    start = meeting;
    if (settled) return { start, fit };
  }
}

/** The first body that clearly fits, else the closest. */
function bestBody(points: Points, start: number, maxSteps: number | null): Fit | null {
  const held = heldUntil(points);
  const flat = constant(points);
  if (flat !== null) return flat;
  if (held >= 2 && points.step.length - held < TAIL_MIN) return constant(slice(points, 0, held));
  const steps = fitLevels(points);
  if (steps !== null) return steps;
  const cycles = fitCycles(points, start);
  if (cycles !== null) return cycles;
  if (points.step.length < 3) return null;
  const fits: (Fit | null)[] = [];
  for (const fitter of [fitLinear, fitCosine, fitInverseSqrt, fitExponential, fitPolynomial]) {
    const fit = fitter(points, start, maxSteps);
    if (fit !== null && isClear(fit)) return fit;
    fits.push(fit);
  }
  return closest([...fits, fitHeldDecay(points, start)]);
}

function constant(points: Points): Fit | null {
  const range = Math.max(...points.share) - Math.min(...points.share);
  if (range - 2 * Math.max(...points.slack) > FLAT || range > 2 * FLAT) return null;
  const level = points.share.reduce((sum, share) => sum + share, 0) / points.share.length;
  return fitOf({ shape: "constant", level }, points);
}

function warmupSteps({ zero }: WarmUp, start: number): number {
  // A line that would have begun before the run began with it, at a higher rate.
  return Math.max(1, Math.round(start - (zero < -1 ? 0 : zero)));
}

/** Where the curve ends, by the run's own count of steps, and at what rate. */
function endOf(model: ScheduleModel, first: number, maxSteps: number | null): Pick<Schedule, "totalSteps" | "final"> {
  const { body, warmUp, peak } = model;
  const atEnd = maxSteps === null ? null : significant(rateAt(model, maxSteps), 4);
  switch (body.shape) {
    case "constant":
    case "step":
      return { totalSteps: null, final: null };
    case "inverse-sqrt":
      return { totalSteps: null, final: atEnd };
    case "exponential":
      return { totalSteps: null, final: body.floor > 0 ? significant(peak * body.floor, 4) : atEnd };
    case "cosine-restarts": {
      const { floor, end } = body.cycles.at(-1)!;
      const ends = maxSteps !== null && Math.abs(end - maxSteps) <= 1.5;
      return { totalSteps: ends ? maxSteps : null, final: floorRate(peak, floor) };
    }
    default: {
      // HF logs at step s what was set by s − 1 scheduler steps, so a curve seems to end one step late.
      const offset = warmUp === null ? (first === 1 ? 1 : 0) : Math.round(Math.max(0, warmUp.zero));
      const ends = Math.round(body.end - offset);
      const totalSteps = maxSteps !== null && Math.abs(ends - maxSteps) <= 1 ? maxSteps : ends;
      return { totalSteps, final: floorRate(peak, body.floor) };
    }
  }
}

const floorRate = (peak: number, floor: number): number => (floor < NO_FLOOR ? 0 : significant(peak * floor, 4));

function unknownSchedule(peak: number, { step }: Points, changes: Schedule["changes"], rising: boolean): Schedule {
  const schedule = {
    kind: "unknown",
    warmupSteps: rising ? step.at(-1)! - step[0]! : 0,
    peak: significant(peak, 4),
    final: null,
    totalSteps: null,
    fit: 0,
    power: null,
    phases: [],
    changes,
    curve: { step: [], value: [] },
  };
  return { ...schedule, text: scheduleText(schedule, null, peak) };
}
