import { clamp } from "#lib/core/index.ts";
import type { LrJudgement } from "#lib/protocol/index.ts";
import type { Likelihood } from "./model.ts";

/**
 * Whether the learning rate is the cause, as a judgement with inertia: the model's likelihoods change at every look, what is
 * said of them a handful of times in a run. Nothing is said before the look machine could say something too.
 */
export type CauseWatch = {
  judgement: LrJudgement;
  /** The newest likelihoods. */
  high: number;
  low: number;
  /** What is wanted instead, and since how many points and from which step. */
  candidate: LrJudgement | null;
  candidatePoint: number;
  candidateStep: number;
  /** Where the judgement began; NaN while unknown. */
  sinceStep: number;
  /** Since how many points the judgement has been sure enough to be pushed; −1 when it is not. */
  surePoint: number;
};

/** A side is entered when it is likelier than not, and left when it is clearly not. */
const ENTER = 0.5;
const LEAVE = 0.35;
/** A curve that never moved looks much the same at a rate far too high, far too low, and with frozen parameters. */
const ENTER_WITHOUT_PROGRESS = 0.85;
/** Likelihood from which a judgement may be pushed (DIAGNOSIS.md A.7). */
const PUSH = 0.9;
const PUSH_RATE_UNKNOWN = 0.95;
const holdPoints = (points: number): number => Math.max(16, 0.05 * points);
/**
 * Nothing is pushed before this many points, and this share of the plan where there is one: the start of any descent is
 * straight, and that of many is wild. What is wrong then is still wrong a little later.
 */
const PUSH_EARLIEST = { too_high: { points: 150, share: 0.2 }, too_low: { points: 250, share: 0.4 } };
const pushAfterPoints = (points: number): number => Math.max(48, 0.1 * points);

export function newCauseWatch(): CauseWatch {
  return {
    judgement: "unknown",
    high: 0,
    low: 0,
    candidate: null,
    candidatePoint: 0,
    candidateStep: 0,
    sinceStep: Number.NaN,
    surePoint: -1,
  };
}

export type CauseLook = {
  points: number;
  step: number;
  rateKnown: boolean;
  /** The warm-up is under way: a rate that still rises is not too low. */
  rateRises: boolean;
  maxSteps: number | null;
  noProgress: boolean;
};

/** Takes a look at the curve as it is now. */
export function watchCause(watch: CauseWatch, { high, low }: Likelihood, look: CauseLook): void {
  const { points, step } = look;
  watch.high = high;
  watch.low = look.rateRises ? 0 : low;
  const wanted = wantedJudgement(watch, look.noProgress);
  if (wanted === watch.judgement) watch.candidate = null;
  else if (wanted !== watch.candidate) {
    Object.assign(watch, { candidate: wanted, candidatePoint: points, candidateStep: step });
  }
  // Before anything was said, the first thing may be said at once.
  const held = watch.judgement === "unknown" || points - watch.candidatePoint >= holdPoints(points);
  if (watch.candidate !== null && held) {
    Object.assign(watch, { judgement: wanted, sinceStep: watch.candidateStep, candidate: null });
  }
  trackSureness(watch, look);
}

/** 0 … 1: how likely the standing judgement is, and never more than the amount of data allows. */
export function causeConfidence({ judgement, high, low }: CauseWatch, points: number): number {
  const likely = { too_high: high, too_low: low, fine: 1 - Math.max(high, low), unknown: 0 }[judgement];
  return Math.min(likely, clamp((points - 48) / 150, 0.5, 1));
}

/** Whether the judgement has been sure for long enough to be told. */
export function isSureOfCause({ surePoint, candidate }: CauseWatch, points: number): boolean {
  return candidate === null && surePoint >= 0 && points - surePoint >= pushAfterPoints(points);
}

function wantedJudgement({ judgement, high, low }: CauseWatch, noProgress: boolean): LrJudgement {
  const enter = noProgress ? ENTER_WITHOUT_PROGRESS : ENTER;
  if (high >= enter && high >= low) return "too_high";
  if (low >= enter) return "too_low";
  if (judgement === "too_high" && high >= LEAVE) return judgement;
  if (judgement === "too_low" && low >= LEAVE) return judgement;
  return noProgress ? "unknown" : "fine";
}

function trackSureness(watch: CauseWatch, look: CauseLook): void {
  if (!isSpeakable(watch, look)) watch.surePoint = -1;
  else if (watch.surePoint < 0) watch.surePoint = look.points;
}

function isSpeakable({ judgement, high, low }: CauseWatch, { points, step, rateKnown, maxSteps }: CauseLook): boolean {
  if (judgement !== "too_high" && judgement !== "too_low") return false;
  // Nobody can call a rate too low that they have not seen.
  if (judgement === "too_low" && !rateKnown) return false;
  if ((judgement === "too_high" ? high : low) < (rateKnown ? PUSH : PUSH_RATE_UNKNOWN)) return false;
  const earliest = PUSH_EARLIEST[judgement];
  return points >= earliest.points && (maxSteps === null || step >= earliest.share * maxSteps);
}
