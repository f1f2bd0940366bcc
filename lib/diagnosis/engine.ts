import { deflateRawSync, inflateRawSync } from "node:zlib";
import { packState, unpackState } from "#lib/core/index.ts";
import type { DiagnosisView, Finding } from "#lib/protocol/index.ts";
import { causeFeatures } from "./cause/features.ts";
import { likelihood } from "./cause/model.ts";
import { ratePrior } from "./cause/prior.ts";
import { newCauseWatch, watchCause } from "./cause/watch.ts";
import { pushLoss, rateIsKnown, rateRises, restartCurve, setRate } from "./curve/loss-curve.ts";
import { monitorOf } from "./early-stopping/config.ts";
import { watchEvals } from "./early-stopping/early-stopping.ts";
import { overfits, trainRecentZ } from "./early-stopping/overfitting.ts";
import { hasExploded } from "./judge/explosion.ts";
import { features } from "./judge/features.ts";
import { scores } from "./judge/scores.ts";
import { SHORT_MAX, shortLook } from "./judge/short-series.ts";
import {
  concludeLook,
  concludeShort,
  explodeLook,
  judgeLook,
  judgeShortLook,
  LOOK_MIN_POINTS,
  quietLooks,
  restartLooks,
} from "./judge/states.ts";
import { judgementOf } from "./learning-rate.ts";
import { isBadLoss, type NonfiniteChange, newNonfiniteWatch, watchNonfinite } from "./nonfinite.ts";
import type { Observation, Reading, RunContext } from "./observation.ts";
import { type GpuReading, pushHangWatch, restartHangWatch, tickHangWatch } from "./pace/hang-watch.ts";
import { readObservation } from "./reading.ts";
import { pushRhythm, restartRhythm } from "./rhythm.ts";
import { hangBegins } from "./rules/hang.ts";
import { RULES } from "./rules/index.ts";
import type { Moment, Said } from "./rules/rule.ts";
import { lastRise } from "./schedule/jump-watch.ts";
import { pushScheduleRate, restartRates } from "./schedule/schedule-watch.ts";
import { type SiblingCurve, type SiblingEvidence, siblingCurve, siblingsFinding } from "./siblings/index.ts";
import { causeBegan, openSegment, standUp } from "./standing.ts";
import { type EngineState, FINDINGS_KEPT, freshState, STATE_VERSION } from "./state.ts";
import { diagnosisView } from "./view.ts";

/** A look at the whole curve costs as much as dozens of points: it is taken this often, in points and as a share of them. */
const LOOK_EVERY_POINTS = 8;
const LOOK_EVERY_SHARE = 1 / 40;

/** No state is this large, in bytes of JSON; what claims to be is damaged. */
const LARGEST_STATE = 2 ** 20;

/** The judge of one run. Not safe for use by two callers at once; everything it knows is in `save()`. */
export class DiagnosisEngine {
  readonly #state: EngineState;
  /** The view of the state as it is; null when that has changed since. */
  #view: DiagnosisView | null = null;

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
    const { rules, ...rest } = unpackState(inflated(text), { ...template, rules: {} as EngineState["rules"] });
    const state: EngineState = { ...rest, rules: { ...template.rules, ...rules } };
    if (state.version !== STATE_VERSION) {
      throw new RangeError(`diagnosis state has version ${state.version}, this is version ${STATE_VERSION}`);
    }
    return new DiagnosisEngine(state);
  }

  /**
   * What has become known beside the measurements; the rest stays. Judgements made before stay as they are, but for a log
   * that has ended: what was wanted and not yet held is then all that can be said.
   *
   * @returns what siblings tell of the learning rate, when they do for the first time
   */
  setContext(known: Partial<RunContext>): Finding[] {
    this.#view = null;
    const state = this.#state;
    const ends = known.ended === true && !state.context.ended;
    Object.assign(state.context, known);
    const said = ends ? conclude(state) : [];
    return known.siblings === undefined ? said : [...said, ...hearSiblings(state)];
  }

  /**
   * Takes observations in, in the order of the log.
   *
   * @returns the findings that exactly these observations gave rise to, in order; none is said twice
   */
  observe(observations: Iterable<Observation>): Finding[] {
    this.#view = null;
    const said: Finding[] = [];
    const monitor = monitorOf(this.#state.context.config);
    for (const observation of observations) {
      const reading = readObservation(observation, monitor);
      if (Number.isFinite(reading.step)) takeReading(this.#state, reading, said);
    }
    return said;
  }

  /**
   * Looks at the run between records: call it every 10 to 30 seconds while its agent is connected.
   *
   * @param now epoch ms, on the clock that the observations' times come from
   * @param gpus what the run's own GPUs show now; none when that is not known
   * @returns a hang, when it begins
   */
  tick(now: number, gpus: readonly GpuReading[]): Finding[] {
    this.#view = null;
    const { hang, rhythm, context, lastStep } = this.#state;
    if (context.ended) return [];
    const begun = tickHangWatch(hang, rhythm, now, gpus);
    return begun === null ? [] : [tell(this.#state, { rule: "run.hang", ...hangBegins(begun, lastStep) }, lastStep)];
  }

  /** What the judgement of the learning rate is made from, by `FEATURE_NAMES`; null while there is too little. */
  causeFeatures(): Float64Array | null {
    const { curve, nonfinite } = this.#state;
    const f = features(curve);
    return f === null ? null : causeFeatures(curve, f, nonfinite.failure !== null);
  }

  /** What this run offers to others of its project; null before the first finite loss. */
  siblingCurve(id: string, name: string): SiblingCurve | null {
    return siblingCurve(this.#state, id, name);
  }

  /** How the run stands among its siblings, as the context has it. */
  siblings(): SiblingEvidence | null {
    return this.#state.context.siblings;
  }

  /** Everything a page shows. Plain JSON, below about 30 kB. */
  view(): DiagnosisView {
    this.#view ??= diagnosisView(this.#state);
    return this.#view;
  }

  /** The state as text, below 32 KiB: deflated JSON in base64. */
  save(): string {
    return deflateRawSync(packState(this.#state)).toString("base64");
  }
}

function inflated(text: string): string {
  try {
    return inflateRawSync(Buffer.from(text, "base64"), { maxOutputLength: LARGEST_STATE }).toString();
  } catch (cause) {
    throw new RangeError("diagnosis state is not readable", { cause });
  }
}

function takeReading(state: EngineState, reading: Reading, said: Finding[]): void {
  if (reading.attempt > state.attempt) {
    if (state.attempt >= 0) restart(state, reading.step);
    state.attempt = reading.attempt;
  }
  state.lastStep = reading.step;
  pushHangWatch(state.hang, reading.at);
  const moment: Moment = {
    reading,
    state,
    jump: takeRate(state, reading),
    nonfinite: takeLoss(state, reading),
    verdict: null,
  };
  watchEvals(state, reading);
  if (reading.evalLoss !== undefined) takeEvaluation(state);
  if (reading.loss !== undefined) pushRhythm(state.rhythm, reading.step, reading.at);
  if (reading.loss !== undefined || reading.evalLoss !== undefined) moment.verdict = standUp(state, reading.step);
  for (const rule of RULES) {
    const finding = rule.observe(moment, state.rules[rule.name] ?? null);
    if (finding === null) continue;
    said.push(tell(state, { rule: rule.name, ...finding }, reading.step));
  }
}

function takeEvaluation(state: EngineState): void {
  state.overfitting = overfits(state.evals, trainRecentZ(state.curve));
  state.overfitChecks = state.overfitting === null ? 0 : state.overfitChecks + 1;
}

function tell(state: EngineState, said: Said & { rule: string }, saidAtStep: number): Finding {
  const finding = { ...said, saidAtStep };
  state.findings.push(finding);
  if (state.findings.length > FINDINGS_KEPT) state.findings.shift();
  return finding;
}

/**
 * Training began again at `step`: what lies beyond it is taken back, the verdict too if that is all it rests on, and the
 * windows begin anew (DIAGNOSIS.md §8.1).
 */
function restart(state: EngineState, step: number): void {
  const { standing, timeline, context } = state;
  restartCurve(state.curve, step);
  if (context.siblings !== null && context.siblings.atStep > step) context.siblings = null;
  state.nextLook = 0;
  restartLooks(state.looks, state.curve.points, standing.sinceStep !== null && standing.sinceStep > step);
  const gone = !(state.cause.sinceStep <= step);
  if (gone) state.cause = newCauseWatch();
  restartRates(state, step, state.context.maxSteps);
  restartRhythm(state.rhythm);
  restartHangWatch(state.hang);
  state.nonfinite = newNonfiniteWatch();
  state.overfitting = null;
  state.overfitChecks = 0;
  while (timeline.length > 0 && timeline.at(-1)!.fromStep > step) timeline.pop();
  const last = timeline.at(-1);
  if (last !== undefined) last.toStep = null;
}

function takeRate(state: EngineState, { step, rate }: Reading): Moment["jump"] {
  if (rate === undefined || !Number.isFinite(rate) || rate < 0) return null;
  setRate(state.curve, rate);
  const jump = pushScheduleRate(state, step, rate, state.context.maxSteps);
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
  if (points < Math.max(LOOK_MIN_POINTS, state.nextLook)) return;
  state.nextLook = points + Math.max(LOOK_EVERY_POINTS, points * LOOK_EVERY_SHARE);
  const f = features(curve);
  if (f === null) return;
  const known = { rateKnown: rateIsKnown(curve), rateRises: rateRises(curve), maxSteps: state.context.maxSteps };
  const scored = scores(curve, f, lastRise(state.jumps)?.step ?? null);
  const measured = causeFeatures(curve, f, state.nonfinite.failure !== null);
  if (measured !== null && points >= looks.graceUntil) {
    const look = { points, step, noProgress: scored.noProgress, ...known };
    watchCause(state.cause, likelihood(measured, ratePrior(state).shift), look);
  }
  judgeLook(looks, { features: f, scores: scored, likely: state.cause, step, ...known });
}

/** The log is at its end: a short one is judged by the rule for short curves, a look long wanted is taken. */
function conclude(state: EngineState): Finding[] {
  const { curve, looks } = state;
  if (!(curve.points > 0) || state.nonfinite.failure !== null) return [];
  const short = curve.points <= SHORT_MAX && looks.look === "warming_up" ? shortLook(curve) : null;
  if (short !== null) concludeShort(looks, short, curve.points, curve.lastStep);
  else concludeLook(looks, curve.points);
  standUp(state, state.lastStep);
  return RULES.flatMap((rule) => {
    const said = rule.conclude?.(state) ?? null;
    return said === null ? [] : [tell(state, { rule: rule.name, ...said }, state.lastStep)];
  });
}

/** The judgement of the rate may be another now, though nothing was measured. */
function hearSiblings(state: EngineState): Finding[] {
  const { timeline, context, lastStep } = state;
  const open = timeline.at(-1);
  if (open === undefined) return [];
  if (open.lr !== judgementOf(state)) openSegment(state, causeBegan(state, lastStep), lastStep);
  const finding = context.siblings === null || state.toldOfSiblings ? null : siblingsFinding(context.siblings);
  if (finding === null) return [];
  state.toldOfSiblings = true;
  return [tell(state, finding, lastStep)];
}

/** Whether the run will end with few records: the plan says so, or each record is an epoch. */
function staysShort({ curve, context, firstEpoch, lastEpoch }: EngineState): boolean {
  const records = curve.points - 1;
  if (records < 1) return false;
  const spacing = (curve.lastStep - curve.firstStep) / records;
  if (context.maxSteps !== null && spacing > 0 && context.maxSteps / spacing <= SHORT_MAX + 4) return true;
  return (lastEpoch - firstEpoch) / records >= 0.5;
}
