import type { VerdictName } from "#lib/protocol/index.ts";
import { isSureOfCause } from "./cause/watch.ts";
import { rateIsKnown } from "./curve/loss-curve.ts";
import { isSureOfOverfitting } from "./early-stopping/overfitting.ts";
import { beganAt } from "./judge/description.ts";
import { isSure } from "./judge/states.ts";
import { judgementOf } from "./learning-rate.ts";
import type { Moment } from "./rules/rule.ts";
import { siblingJudgement } from "./siblings/index.ts";
import { openSpike } from "./spikes.ts";
import { type EngineState, SEGMENTS_KEPT } from "./state.ts";
import { verdictName } from "./verdict.ts";

/** The same verdict is pushed again after this many points, or this share of all, at the earliest (DIAGNOSIS.md §8.18). */
const REPEAT_AFTER_POINTS = 500;
const REPEAT_AFTER_SHARE = 0.05;

/** How likely the model must find too high a rate for a swing to be pushed. */
const CORROBORATED = 0.5;

/** What a curve looks like before this many points is its start, and no state that a later one would replace. */
const EARLY_POINTS = 256;

/** Brings the standing verdict up to date with the state, and the timeline with it. */
export function standUp(state: EngineState, step: number): Moment["verdict"] {
  const { standing, looks, timeline } = state;
  const { name, cause } = verdictName(state);
  if (name === standing.verdict && cause === standing.cause) {
    const open = timeline.at(-1);
    if (open === undefined) openSegment(state, step, step);
    else if (open.lr !== judgementOf(state)) openSegment(state, causeBegan(state, step), step);
    return !standing.pushed && push(state) ? "sure" : null;
  }
  const late = standing.verdict !== "reading" && looks.candidatePoint > EARLY_POINTS;
  const began = beganWhere(state, name, step, late);
  const since = Math.max(began, standingSince(timeline) ?? began);
  Object.assign(standing, { verdict: name, cause, sinceStep: name === "reading" ? null : since, late, pushed: false });
  push(state);
  openSegment(state, since, step);
  return "changed";
}

/** Where the standing verdict began, whatever was said of the rate since. */
function standingSince(timeline: EngineState["timeline"]): number | undefined {
  let i = timeline.length - 1;
  while (i > 0 && timeline[i - 1]!.verdict === timeline[i]!.verdict) i--;
  return timeline[i]?.fromStep;
}

/** Where what is said of the rate now began, as far as the timeline has room for it. */
export function causeBegan({ cause, context, timeline }: EngineState, step: number): number {
  const { siblings } = context;
  const alone = Number.isNaN(cause.sinceStep) ? step : cause.sinceStep;
  const since = siblingJudgement(siblings) === null ? alone : Math.min(siblings!.atStep, step);
  return Math.max(since, timeline.at(-1)?.fromStep ?? since);
}

/** The step at which what is said now, at `step`, began. */
function beganWhere(state: EngineState, name: VerdictName, step: number, late: boolean): number {
  const { nonfinite, standing, looks, curve } = state;
  if (nonfinite.failure !== null) return nonfinite.failure.step;
  if (name === "overfitting" && state.overfitting !== null) return state.overfitting.since.step;
  if (name === "spike") return openSpike(state)?.step ?? step;
  if (standing.verdict === "nan") return nonfinite.goodFrom;
  if (name === "reading") return step;
  return beganAt(curve, looks.look, { noticed: looks.candidateStep, late, restless: looks.restlessFrom });
}

/** Marks the standing verdict as pushed if it may be: sure, and not pushed already a short while ago. */
function push(state: EngineState): boolean {
  const { standing, curve, pushedAt } = state;
  if (!isPushable(state)) return false;
  const before = pushedAt[standing.verdict];
  const quiet = Math.max(REPEAT_AFTER_POINTS, REPEAT_AFTER_SHARE * curve.points);
  if (standing.verdict !== "nan" && before !== undefined && curve.points - before < quiet) return false;
  pushedAt[standing.verdict] = curve.points;
  standing.pushed = true;
  return true;
}

/** Trouble is pushed once it is sure; a failed loss at once. */
function isPushable(state: EngineState): boolean {
  const { standing, looks, curve, cause, context } = state;
  switch (standing.verdict) {
    case "nan":
      return true;
    case "overfitting":
      return isSureOfOverfitting(state);
    case "too_slow":
      if (siblingJudgement(context.siblings) === "fine") return false;
      // A curve that was healthy before has not become slow by too low a rate; and the model must be as sure.
      return !standing.late && isSure(looks, curve.points, rateIsKnown(curve)) && isSureOfCause(cause, curve.points);
    case "oscillating":
      if (siblingJudgement(context.siblings) === "fine") return false;
      // A swing that nothing puts down to the rate may be the data's own (DIAGNOSIS.md §1.5).
      if (cause.high < CORROBORATED && looks.restlessFrom === null) return false;
      return isSure(looks, curve.points, rateIsKnown(curve));
    case "diverging":
      return isSure(looks, curve.points, rateIsKnown(curve));
    default:
      return false;
  }
}

export function openSegment(state: EngineState, fromStep: number, saidAtStep: number): void {
  const { timeline, standing } = state;
  const open = timeline.at(-1);
  if (open !== undefined) open.toStep = fromStep;
  timeline.push({ verdict: standing.verdict, lr: judgementOf(state), fromStep, saidAtStep, toStep: null });
  // The first segment stays: it tells where the run began.
  if (timeline.length > SEGMENTS_KEPT) timeline.splice(1, 1);
}
