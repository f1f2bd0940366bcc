import { significant } from "#lib/core/index.ts";
import type { Schedule } from "#lib/protocol/index.ts";
import { type Body, rateAt, type ScheduleModel } from "./shapes.ts";

/** The identified curve as a page draws it, and its phases. */

const CURVE_KNOTS = 64;
/** Of cycles, these many are drawn: with more, 64 knots would show none. */
const CYCLES_DRAWN = 12;

/** @returns at most 64 knots from `from` to `to`, at every bend, and along every curve */
export function drawn(model: ScheduleModel, from: number, to: number): Schedule["curve"] {
  const { warmUp, start, body } = model;
  const bends = [...new Set([from, to, ...bendsOf(body).map(Math.round)])].filter((t) => t >= from && t <= to);
  if (warmUp !== null && start > from && start < to) bends.push(Math.round(start));
  const spans = [];
  if (warmUp !== null && warmUp.shape !== "linear") spans.push([from, Math.min(start, to)] as const);
  if (isCurved(body)) spans.push([Math.max(from, start), Math.min(to, endOfCurve(body))] as const);
  const inner = Math.floor((CURVE_KNOTS - bends.length) / Math.max(1, spans.length)) - 1;
  const along = spans.flatMap(([a, b]) =>
    Array.from({ length: Math.max(0, inner) }, (_, i) => a + ((b - a) * i) / inner),
  );
  const step = [...new Set([...bends, ...along.map(Math.round)])]
    .filter((t) => t >= from && t <= to)
    .sort((a, b) => a - b);
  return { step, value: step.map((t) => significant(rateAt(model, t), 4)) };
}

/** @param last the last step read, or the planned one when that is later */
export function phasesOf({ warmUp, start, body }: ScheduleModel, first: number, last: number): Schedule["phases"] {
  const warmEnd = warmUp === null ? first : start;
  const [decay, floor] = decayOf(body, warmEnd);
  const phases = [
    { name: "warmup" as const, fromStep: first, toStep: warmEnd },
    { name: "stable" as const, fromStep: warmEnd, toStep: Math.min(decay, last) },
    { name: "decay" as const, fromStep: decay, toStep: Math.min(floor, last) },
    { name: "floor" as const, fromStep: floor, toStep: last },
  ];
  return phases
    .map((phase) => ({ ...phase, fromStep: Math.round(phase.fromStep), toStep: Math.round(phase.toStep) }))
    .filter(({ fromStep, toStep }) => toStep > fromStep);
}

/** Where the decay begins and where the floor, infinite where there is none. */
function decayOf(body: Body, warmEnd: number): [decay: number, floor: number] {
  const never = Number.POSITIVE_INFINITY;
  switch (body.shape) {
    case "constant":
      return [never, never];
    case "step":
      return [body.levels[1]!.from, never];
    case "inverse-sqrt":
    case "cosine-restarts":
      return [warmEnd, never];
    case "exponential":
      return [body.held ? body.start : warmEnd, body.floor > 0 ? endOfCurve(body) : never];
    default:
      return [body.held ? body.start : warmEnd, body.end];
  }
}

function bendsOf(body: Body): number[] {
  switch (body.shape) {
    case "constant":
    case "inverse-sqrt":
      return [];
    case "step":
      return body.levels.slice(1).flatMap(({ from }) => [from - 1, from]);
    case "cosine-restarts":
      return body.cycles.slice(-CYCLES_DRAWN).flatMap(({ start }) => [start - 1, start]);
    default:
      return [body.start, endOfCurve(body)].filter(Number.isFinite);
  }
}

function isCurved(body: Body): boolean {
  return body.shape !== "constant" && body.shape !== "step" && body.shape !== "linear";
}

function endOfCurve(body: Body): number {
  switch (body.shape) {
    case "exponential":
      return body.start + Math.log(body.top / body.floor) / body.perStep;
    case "linear":
    case "cosine":
    case "one-minus-sqrt":
    case "polynomial":
      return body.end;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
