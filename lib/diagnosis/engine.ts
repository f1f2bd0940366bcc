import { packState, unpackState } from "#lib/core/index.ts";
import { type DiagnosisView, type Finding, METRIC, type VerdictName } from "#lib/protocol/index.ts";
import { pushLoss, rateIsKnown, rateRises, restartCurve, setRate } from "./curve/loss-curve.ts";
import { pushEval } from "./early-stopping.ts";
import { beganAt } from "./judge/description.ts";
import { hasExploded } from "./judge/explosion.ts";
import { features } from "./judge/features.ts";
import { scores } from "./judge/scores.ts";
import { SHORT_MAX, shortLook } from "./judge/short-series.ts";
import {
  explodeLook,
  isSure,
  judgeLook,
  judgeShortLook,
  LOOK_MIN_POINTS,
  quietLooks,
  restartLooks,
} from "./judge/states.ts";
import { judgementOf } from "./learning-rate.ts";
import { isBadLoss, type NonfiniteChange, newNonfiniteWatch, watchNonfinite } from "./nonfinite.ts";
import type { Observation, Reading, RunContext } from "./observation.ts";
import { pushRhythm, restartRhythm } from "./rhythm.ts";
import { RULES } from "./rules/index.ts";
import type { Moment } from "./rules/rule.ts";
import { restartJumps, watchJump } from "./schedule/jump-watch.ts";
import { pushRate } from "./schedule/knots.ts";
import { type EngineState, FINDINGS_KEPT, freshState, SEGMENTS_KEPT, STATE_VERSION } from "./state.ts";
import { verdictName } from "./verdict.ts";
import { diagnosisView } from "./view.ts";

/** The same verdict is pushed again after this many points, or this share of all, at the earliest (DIAGNOSIS.md §8.18). */
const REPEAT_AFTER_POINTS = 500;
const REPEAT_AFTER_SHARE = 0.05;

/** What a curve looks like before this many points is its start, and no state that a later one would replace. */
const EARLY_POINTS = 256;

/** The judge of one run. Not safe for use by two callers at once; everything it knows is in `save()`. */
export class DiagnosisEngine {
  readonly #state: EngineState;

  private constructor(state: EngineState) {
    this.#state = state;
  }

  static fresh(): DiagnosisEngine {
    return new DiagnosisEngine(freshState());
  }

  /** @throws RangeError when the text is not a state of this version: the caller judges the run anew */
  static restore(text: string): DiagnosisEngine {
    const template = freshState();
    // A rule that came with an update has no memory yet; one that is gone needs none.
    const { rules, ...rest } = unpackState(text, { ...template, rules: {} as EngineState["rules"] });
    const state: EngineState = { ...rest, rules: { ...template.rules, ...rules } };
    if (state.version !== STATE_VERSION) {
      throw new RangeError(`diagnosis state has version ${state.version}, this is version ${STATE_VERSION}`);
    }
    return new DiagnosisEngine(state);
  }

  /** What has become known beside the measurements; the rest stays. Judgements made before stay as they are. */
  setContext(known: Partial<RunContext>): void {
    Object.assign(this.#state.context, known);
  }

  /**
   * Takes observations in, in the order of the log.
   *
   * @returns the findings that exactly these observations gave rise to, in order; none is said twice
   */
  observe(observations: Iterable<Observation>): Finding[] {
    const said: Finding[] = [];
    for (const observation of observations) {
      const reading = read(observation);
      if (Number.isFinite(reading.step)) takeReading(this.#state, reading, said);
    }
    return said;
  }

  /** Everything a page shows. Plain JSON, below about 30 kB. */
  view(): DiagnosisView {
    return diagnosisView(this.#state);
  }

  /** The state as JSON text, below about 40 kB. */
  save(): string {
    return packState(this.#state);
  }
}

/** Picks what the judges read; an observation without a place in the run (a step that is no number) counts for nothing. */
function read({ step, at, attempt, values }: Observation): Reading {
  // Adding 0 turns −0, which JSON cannot write, into 0.
  const reading: Reading = {
    step: step + 0,
    at,
    attempt,
    loss: undefined,
    evalLoss: undefined,
    rate: undefined,
    gradNorm: undefined,
    epoch: undefined,
    lossScale: undefined,
    tokensPerSecond: undefined,
  };
  for (const [name, value] of values) {
    switch (name) {
      case METRIC.trainLoss:
        reading.loss = value + 0;
        break;
      case METRIC.evalLoss:
        reading.evalLoss = value + 0;
        break;
      case METRIC.learningRate:
        reading.rate = value + 0;
        break;
      case METRIC.gradNorm:
        reading.gradNorm = value + 0;
        break;
      case METRIC.epoch:
        reading.epoch = value + 0;
        break;
      case METRIC.lossScale:
        reading.lossScale = value + 0;
        break;
      case METRIC.tokensPerSecond:
        reading.tokensPerSecond = value + 0;
        break;
    }
  }
  return reading;
}

function takeReading(state: EngineState, reading: Reading, said: Finding[]): void {
  if (reading.attempt > state.attempt) {
    if (state.attempt >= 0) restart(state, reading.step);
    state.attempt = reading.attempt;
  }
  state.lastStep = reading.step;
  const moment: Moment = {
    reading,
    state,
    jump: takeRate(state, reading),
    nonfinite: takeLoss(state, reading),
    verdict: null,
  };
  if (reading.evalLoss !== undefined) pushEval(state.evals, reading.step, reading.evalLoss);
  if (reading.loss !== undefined) {
    pushRhythm(state.rhythm, reading.step, reading.at);
    moment.verdict = standUp(state, reading.step);
  }
  for (const rule of RULES) {
    const finding = rule.observe(moment, state.rules[rule.name] ?? null);
    if (finding === null) continue;
    const { rule: name = rule.name, ...rest } = finding;
    said.push({ rule: name, ...rest, saidAtStep: reading.step });
    state.findings.push(said.at(-1)!);
    if (state.findings.length > FINDINGS_KEPT) state.findings.shift();
  }
}

/**
 * Training began again at `step`: what lies beyond it is taken back, the verdict too if that is all it rests on, and the
 * windows begin anew (DIAGNOSIS.md §8.1).
 */
function restart(state: EngineState, step: number): void {
  const { standing, timeline } = state;
  restartCurve(state.curve, step);
  restartLooks(state.looks, state.curve.points, standing.sinceStep !== null && standing.sinceStep > step);
  restartJumps(state.jumps, step);
  restartRhythm(state.rhythm);
  state.nonfinite = newNonfiniteWatch();
  while (timeline.length > 0 && timeline.at(-1)!.fromStep > step) timeline.pop();
  const last = timeline.at(-1);
  if (last !== undefined) last.toStep = null;
}

function takeRate(state: EngineState, { step, rate }: Reading): Moment["jump"] {
  if (rate === undefined || !Number.isFinite(rate) || rate < 0) return null;
  setRate(state.curve, rate);
  pushRate(state.knots, step, rate);
  const jump = watchJump(state.jumps, step, rate, state.context.maxSteps);
  if (jump !== null) quietLooks(state.looks, state.curve.points);
  return jump;
}

function takeLoss(state: EngineState, reading: Reading): NonfiniteChange {
  const { loss, step, epoch } = reading;
  if (loss === undefined) return null;
  const { curve } = state;
  const change = watchNonfinite(state.nonfinite, reading, loss, curve.rate);
  if (isBadLoss(reading)) return change;
  if (epoch !== undefined) {
    if (!Number.isFinite(state.firstEpoch)) state.firstEpoch = epoch;
    state.lastEpoch = epoch;
  }
  const completed = pushLoss(curve, step, loss, reading.gradNorm ?? Number.NaN);
  if (hasExploded(curve)) explodeLook(state.looks, curve.points, step);
  else if (completed) judge(state, step);
  return change;
}

/** Looks at the curve after a bucket was completed. */
function judge(state: EngineState, step: number): void {
  const { curve, looks } = state;
  const { points } = curve;
  if (points <= SHORT_MAX && staysShort(state)) {
    const look = shortLook(curve);
    if (look !== null) judgeShortLook(looks, look, points, step);
    return;
  }
  // While every point is a bucket of its own, every fourth is soon enough.
  if (points < LOOK_MIN_POINTS || (curve.history.width === 1 && points % 4 !== 0)) return;
  const f = features(curve);
  if (f === null) return;
  judgeLook(looks, {
    features: f,
    scores: scores(curve, f),
    step,
    rateKnown: rateIsKnown(curve),
    rateRises: rateRises(curve),
    maxSteps: state.context.maxSteps,
  });
}

/** Whether the run will end with few records: the plan says so, or each record is an epoch. */
function staysShort({ curve, context, firstEpoch, lastEpoch }: EngineState): boolean {
  const records = curve.points - 1;
  if (records < 1) return false;
  const spacing = (curve.lastStep - curve.firstStep) / records;
  if (context.maxSteps !== null && spacing > 0 && context.maxSteps / spacing <= SHORT_MAX + 4) return true;
  return (lastEpoch - firstEpoch) / records >= 0.5;
}

/** Brings the standing verdict up to date with the state, and the timeline with it. */
function standUp(state: EngineState, step: number): Moment["verdict"] {
  const { standing, looks, timeline } = state;
  const { name, cause } = verdictName(state);
  if (name === standing.verdict && cause === standing.cause) {
    if (timeline.length === 0) openSegment(state, step, step);
    return !standing.pushed && push(state) ? "sure" : null;
  }
  const late = standing.verdict !== "reading" && looks.candidatePoint > EARLY_POINTS;
  const began = beganWhere(state, name, step, late);
  const since = Math.max(began, timeline.at(-1)?.fromStep ?? began);
  Object.assign(standing, { verdict: name, cause, sinceStep: name === "reading" ? null : since, late, pushed: false });
  push(state);
  openSegment(state, since, step);
  return "changed";
}

/** The step at which what is said now, at `step`, began. */
function beganWhere(state: EngineState, name: VerdictName, step: number, late: boolean): number {
  const { nonfinite, standing, looks, curve } = state;
  if (nonfinite.failure !== null) return nonfinite.failure.step;
  if (standing.verdict === "nan") return nonfinite.goodFrom;
  return name === "reading" ? step : beganAt(curve, looks.look, looks.candidateStep, late);
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
function isPushable({ standing, looks, curve }: EngineState): boolean {
  switch (standing.verdict) {
    case "nan":
      return true;
    case "too_slow":
      // A curve that was healthy before has not become slow by too low a rate.
      return isSure(looks, curve.points, rateIsKnown(curve)) && !standing.late;
    case "oscillating":
    case "diverging":
      return isSure(looks, curve.points, rateIsKnown(curve));
    default:
      return false;
  }
}

function openSegment(state: EngineState, fromStep: number, saidAtStep: number): void {
  const { timeline, standing, curve } = state;
  const open = timeline.at(-1);
  if (open !== undefined) {
    open.toStep = fromStep;
    open.lr = judgementOf(open.verdict, curve.points, 1);
  }
  timeline.push({ verdict: standing.verdict, lr: "unknown", fromStep, saidAtStep, toStep: null });
  // The first segment stays: it tells where the run began.
  if (timeline.length > SEGMENTS_KEPT) timeline.splice(1, 1);
}
