import { clamp, ramp } from "#lib/core/index.ts";
import type { Features } from "./features.ts";
import type { Scores } from "./scores.ts";

/**
 * The look of a curve as a state with inertia: a new state is entered only when its score passes a high bar, is left only
 * under a low one, and must have been wanted for a while that grows with the length of the run. So a run changes its
 * state a handful of times, however long it is (DIAGNOSIS.md §2.5).
 */
export type Look =
  | "warming_up"
  | "healthy"
  | "oscillating"
  | "too_slow"
  /** Calm and flat, where the model finds the rate too high: the level is a bad one (DIAGNOSIS.md A.6). */
  | "flat"
  | "stalled"
  | "no_progress"
  | "diverging";

export type LookMachine = {
  look: Look;
  /** The state that is wanted but has not been held long enough; when it was first wanted, in points and as a step. */
  candidate: Look | null;
  candidatePoint: number;
  candidateStep: number;
  /** Scores of the last judgement. */
  high: number;
  low: number;
  divergence: number;
  noProgress: boolean;
  /** Little of the gain was made in the last half of the run. */
  flat: boolean;
  /** Diverging because the loss has exploded (explosion.ts): certain however little was seen. */
  exploded: boolean;
  /** The step since which it swings because the learning rate jumped, when that is the strongest sign. */
  restlessFrom: number | null;
  /** Since how many points the state has been sure enough to be pushed, −1 when it is not. */
  surePoint: number;
  /** No judgement before this many points: a restart has just blurred the windows. */
  graceUntil: number;
  /** Nothing is pushed before this many points: the learning rate has just jumped, and the curve answers. */
  quietUntil: number;
};

/** Share of the gain that was made in the last half of the run. */
const FLAT = { enter: 0.12, leave: 0.2 };

/** How likely the model must find the rate too high for a flat curve to be called a plateau; more where no rate is seen. */
const HIGH_RATE = { enter: 0.75, leave: 0.5 };
const HIGH_RATE_UNSEEN = { enter: 0.95, leave: 0.8 };

/** From no consent of the model to full consent. */
const CONSENT = [0.2, 0.5] as const;

/** Finite losses before the first look is possible. */
export const LOOK_MIN_POINTS = 48;
const ENTER = 0.7;
const LEAVE = 0.35;
/** Confidence from which a look may be pushed, with the learning rate in the log and without. */
const PUSH = 0.8;
const PUSH_RATE_UNKNOWN = 0.9;
const EXPLODED_CONFIDENCE = 0.95;
/** What a look is worth that still holds although another one is wanted. */
const LEAST_HEALTHY = 0.2;

type Bar = { earliest: number; hold: (points: number) => number };
const slowBar: Bar["hold"] = (points) => Math.max(24, 0.1 * points);
const BARS: Record<Exclude<Look, "warming_up">, Bar> = {
  diverging: { earliest: 48, hold: (points) => Math.max(8, 0.02 * points) },
  oscillating: { earliest: 64, hold: (points) => Math.max(16, 0.06 * points) },
  too_slow: { earliest: 100, hold: slowBar },
  flat: { earliest: 100, hold: slowBar },
  stalled: { earliest: 200, hold: slowBar },
  no_progress: { earliest: 200, hold: slowBar },
  healthy: { earliest: 48, hold: slowBar },
};
/** Without the rate, straightness in steps is all there is, and it needs longer to show. */
const SLOW_EARLIEST_RATE_UNKNOWN = 150;
/** The start of any curve is straight: no "too slow" before this share of the planned steps. */
const SLOW_MIN_BUDGET_SHARE = 0.08;
/** Points after a restart in which nothing new is said. */
const GRACE_POINTS = 64;

export function newLookMachine(): LookMachine {
  return {
    look: "warming_up",
    candidate: null,
    candidatePoint: 0,
    candidateStep: 0,
    high: 0,
    low: 0,
    divergence: 0,
    noProgress: false,
    flat: false,
    exploded: false,
    restlessFrom: null,
    surePoint: -1,
    graceUntil: 0,
    quietUntil: 0,
  };
}

/**
 * Holds judgement for a while after a restart at `points`; a curve without a past begins anew.
 *
 * @param takenBack the stretch that the state was made from is gone, and the state with it
 */
export function restartLooks(machine: LookMachine, points: number, takenBack: boolean): void {
  const graceUntil = points + GRACE_POINTS;
  if (points === 0) Object.assign(machine, newLookMachine());
  else if (takenBack) Object.assign(machine, newLookMachine(), { graceUntil });
  else Object.assign(machine, { candidate: null, surePoint: -1, graceUntil });
}

/** Records read since the last start, and how many it takes to the first look. */
export function warmingUp(machine: LookMachine, points: number): { seen: number; needed: number } {
  if (machine.graceUntil === 0) return { seen: points, needed: LOOK_MIN_POINTS };
  return { seen: points - machine.graceUntil + GRACE_POINTS, needed: GRACE_POINTS };
}

/** Pushes nothing for a while after an event of the learning rate at `points`. */
export function quietLooks(machine: LookMachine, points: number): void {
  machine.quietUntil = points + Math.max(32, Math.ceil(0.03 * points));
}

export type Judged = {
  features: Features;
  scores: Scores;
  /** How likely the rate is too high, and too low, by the fitted model: a look about the rate needs its consent. */
  likely: Readonly<{ high: number; low: number }>;
  step: number;
  rateKnown: boolean;
  /** The warm-up is under way. */
  rateRises: boolean;
  maxSteps: number | null;
};

/** Moves the machine on by one judgement. */
export function judgeLook(machine: LookMachine, judged: Judged): void {
  const { points } = judged.features;
  const { diverging, noProgress } = judged.scores;
  const { high, low } = consented(judged);
  const { restlessFrom } = judged.scores;
  const flat = isFlat(machine, judged.features);
  Object.assign(machine, { high, low, divergence: diverging, noProgress, flat, restlessFrom });
  if (points < machine.graceUntil) return;
  const wanted = wantedLook(machine, judged);
  if (wanted === machine.look) {
    if (machine.candidate !== null) machine.surePoint = -1;
    machine.candidate = null;
    trackSureness(machine, judged);
    return;
  }
  if (wanted !== machine.candidate) {
    machine.candidate = wanted;
    machine.candidatePoint = points;
    machine.candidateStep = judged.step;
    machine.surePoint = -1;
  }
  trackSureness(machine, judged);
  if (wanted === "warming_up") return;
  const bar = BARS[wanted];
  let earliest = bar.earliest;
  if (wanted === "too_slow") {
    if (judged.rateRises) return;
    if (!judged.rateKnown) earliest = SLOW_EARLIEST_RATE_UNKNOWN;
    if (judged.maxSteps !== null && judged.step < SLOW_MIN_BUDGET_SHARE * judged.maxSteps) return;
  }
  if (points < earliest || points - machine.candidatePoint < bar.hold(points)) return;
  machine.look = wanted;
  machine.candidate = null;
  machine.exploded = false;
  trackSureness(machine, judged);
}

/** A log that ends with a look half decided is given it. */
export function concludeLook(machine: LookMachine, points: number): void {
  const { candidate, candidatePoint } = machine;
  if (candidate === null || candidate === "warming_up") return;
  if (points - candidatePoint < BARS[candidate].hold(points) / 4) return;
  Object.assign(machine, { look: candidate, candidate: null, surePoint: -1 });
}

export function concludeShort(machine: LookMachine, look: Look, points: number, step: number): void {
  Object.assign(machine, shortScores(look), { look, candidate: null, candidatePoint: points, candidateStep: step });
}

/** The loss has exploded: diverging at once, whatever was wanted before. */
export function explodeLook(machine: LookMachine, points: number, step: number): void {
  if (machine.look !== "diverging") Object.assign(machine, { candidatePoint: points, candidateStep: step });
  Object.assign(machine, { look: "diverging", candidate: null, divergence: 1, exploded: true });
}

/** 0 … 1: the score of the look, and never more than the amount of data allows. */
export function lookConfidence(machine: LookMachine, look: Look, points: number): number {
  if (look === "diverging" && machine.exploded) return EXPLODED_CONFIDENCE;
  return Math.min(lookScore(machine, look), dataFactor(points));
}

const dataFactor = (points: number): number => clamp((points - 48) / 150, 0.5, 1);

/** Sure enough to be pushed, and for as long as it takes to enter the state; twice as long without the rate. */
export function isSure(machine: LookMachine, points: number, rateKnown: boolean): boolean {
  const { look } = machine;
  if (look === "diverging" && machine.exploded) return true;
  if (look === "warming_up" || machine.surePoint < 0 || points < machine.quietUntil) return false;
  return points - machine.surePoint >= (rateKnown ? 1 : 2) * BARS[look].hold(points);
}

/** The scores of the looks about the rate, as far as the fitted model consents. */
function consented({ scores, likely, rateKnown }: Judged): { high: number; low: number } {
  return {
    // Without the rate, signs that large batches have too do not make a look.
    high: rateKnown ? scores.high : scores.sureHigh,
    low: scores.low * ramp(likely.low, ...CONSENT),
  };
}

function wantedLook(machine: LookMachine, judged: Judged): Look {
  const { look, high, low } = machine;
  const { diverging, noProgress } = judged.scores;
  if (diverging >= ENTER) return "diverging";
  if (high >= ENTER && high >= low) return "oscillating";
  if (low >= ENTER) return "too_slow";
  if (look === "oscillating" && high >= LEAVE) return look;
  if (look === "too_slow" && low >= LEAVE && high < ENTER) return look;
  if (look === "diverging" && diverging >= 0.3) return look;
  if (noProgress) return "no_progress";
  if (machine.flat && isHighRateLikely(machine, judged)) return "flat";
  return hasStalled(judged) ? "stalled" : "healthy";
}

function isHighRateLikely({ look }: LookMachine, { likely, rateKnown }: Judged): boolean {
  const bar = rateKnown ? HIGH_RATE : HIGH_RATE_UNSEEN;
  return likely.high >= (look === "flat" ? bar.leave : bar.enter);
}

function isFlat({ flat }: LookMachine, { halfDrop, progress }: Features): boolean {
  return Math.abs(halfDrop) < (flat ? FLAT.leave : FLAT.enter) * progress;
}

/**
 * Flat for half the run under a rate that is still high, in noise that may hide progress. Flat means that even two standard
 * errors more would be little: noise that merely leaves progress unproven is no plateau.
 */
function hasStalled({ features: f, step, maxSteps }: Judged): boolean {
  if (maxSteps !== null && step > 0.5 * maxSteps) return false;
  if (f.relativeRate <= 0.5 || f.noise <= 0.15 * f.progress) return false;
  return f.halfDrop < 2 * f.halfDropError && f.halfDrop + 2 * f.halfDropError < 0.1 * f.progress;
}

function lookScore(machine: LookMachine, look: Look): number {
  switch (look) {
    case "warming_up":
      return 0;
    case "diverging":
      return machine.divergence;
    case "oscillating":
      return machine.high;
    case "too_slow":
      return machine.low;
    case "healthy":
      return Math.max(LEAST_HEALTHY, 1 - Math.max(machine.high, machine.low, machine.divergence));
    default:
      // Nothing moves: certain enough as a look, silent about the cause.
      return 0.75;
  }
}

/** For how long the state that is held, or the one that is wanted instead, has been sure enough to be pushed. */
function trackSureness(machine: LookMachine, { features: f, scores, rateKnown }: Judged): void {
  const look = machine.candidate ?? machine.look;
  const score = look === "oscillating" ? scores.sureHigh : lookScore(machine, look);
  // Nobody can call a rate too low that they have not seen: shown, but not pushed.
  const speakable = rateKnown || look !== "too_slow";
  const confidence = Math.min(score, dataFactor(f.points));
  if (!speakable || confidence < (rateKnown ? PUSH : PUSH_RATE_UNKNOWN)) machine.surePoint = -1;
  else if (machine.surePoint < 0) machine.surePoint = f.points;
}

/** Scores that a short curve's look stands for: enough to be shown, too little to be pushed. */
const SHORT_SCORE = 0.7;
const SHORT_HOLD = 2;

/** Moves the machine on by the look of a short curve (short-series.ts). */
export function judgeShortLook(machine: LookMachine, wanted: Look, points: number, step: number): void {
  Object.assign(machine, shortScores(wanted));
  if (wanted === machine.look) {
    machine.candidate = null;
    return;
  }
  if (wanted !== machine.candidate) {
    machine.candidate = wanted;
    machine.candidatePoint = points;
    machine.candidateStep = step;
  }
  if (points - machine.candidatePoint < SHORT_HOLD) return;
  machine.look = wanted;
  machine.candidate = null;
}

function shortScores(look: Look): Partial<LookMachine> {
  return {
    high: look === "oscillating" ? SHORT_SCORE : 1 - SHORT_SCORE,
    low: look === "too_slow" ? SHORT_SCORE : 0,
    divergence: look === "diverging" ? SHORT_SCORE : 0,
    noProgress: look === "no_progress",
    surePoint: -1,
  };
}
