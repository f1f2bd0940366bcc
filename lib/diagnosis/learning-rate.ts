import { significant } from "#lib/core/index.ts";
import type { LrView, VerdictName } from "#lib/protocol/index.ts";
import { rateIsKnown } from "./curve/loss-curve.ts";
import { features } from "./judge/features.ts";
import { scores } from "./judge/scores.ts";
import type { EngineState } from "./state.ts";

/** Finite losses before a calm curve counts as a sign that its rate is fine. */
const FINE_FROM = 200;
const FINE_CONFIDENCE = 0.6;

/**
 * Whether the learning rate is the cause, and what to try next. For now the judgement follows from the verdict.
 *
 * @param confidence the verdict's own
 */
export function lrView(state: EngineState, verdict: VerdictName, confidence: number): LrView {
  const judgement = judgementOf(verdict, state.curve.points, confidence);
  return {
    judgement,
    confidence: judgement === "unknown" ? 0 : confidence,
    next: nextRate(state, verdict),
    because: because(state, verdict, judgement),
  };
}

/** What a verdict says of the rate, given the losses it rests on. */
export function judgementOf(verdict: VerdictName, points: number, confidence: number): LrView["judgement"] {
  if (verdict === "oscillating" || verdict === "diverging") return "too_high";
  if (verdict === "too_slow") return "too_low";
  return verdict === "healthy" && points >= FINE_FROM && confidence >= FINE_CONFIDENCE ? "fine" : "unknown";
}

/**
 * The rate to try next, three digits; null when nothing is to be changed or the log does not tell the rate. Half for a
 * curve that swings, a quarter for one that is lost, a tenth where it was lost at once or was rising before (DIAGNOSIS.md §5).
 */
export function nextRate(state: EngineState, verdict: VerdictName): number | null {
  const factor = nextFactor(state, verdict);
  const now = rateNow(state, verdict);
  return factor === null || now === null ? null : significant(now * factor, 3);
}

function nextFactor(state: EngineState, verdict: VerdictName): number | null {
  switch (verdict) {
    case "oscillating":
      return 1 / 2;
    case "too_slow":
      return 3;
    case "diverging":
    case "nan": {
      const early = state.curve.points < 100;
      const rising = verdict === "nan" && state.looks.high >= 0.5;
      return early || rising ? 1 / 10 : 1 / 4;
    }
    default:
      return null;
  }
}

/** The rate that did it: the one in force, or the peak where a schedule has already brought it down to little. */
function rateNow(state: EngineState, verdict: VerdictName): number | null {
  const { failure } = state.nonfinite;
  if (verdict === "nan" && failure !== null && failure.rate > 0) return failure.rate;
  if (!rateIsKnown(state.curve)) return null;
  const { rate, peakRate } = state.curve;
  const now = rate > 0.25 * peakRate ? rate : peakRate;
  return now > 0 ? now : null;
}

function because(state: EngineState, verdict: VerdictName, judgement: LrView["judgement"]): string[] {
  if (verdict === "nan") return ["loss_not_finite"];
  if (judgement === "unknown") return [];
  if (judgement === "fine") return ["no_give_back", "descent_bends"];
  if (judgement === "too_low") return ["straight_descent"];
  if (verdict === "diverging" && state.looks.exploded) return ["loss_exploded"];
  const f = features(state.curve);
  return f === null ? [] : scores(state.curve, f).signs.filter((sign) => sign !== "straight_descent");
}
