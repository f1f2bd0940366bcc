import { significant } from "#lib/core/index.ts";
import type { LrJudgement, LrView } from "#lib/protocol/index.ts";
import { causeFeatures, FEATURE_NAMES, type FeatureName } from "./cause/features.ts";
import { reasons } from "./cause/model.ts";
import { ratePrior } from "./cause/prior.ts";
import { causeConfidence } from "./cause/watch.ts";
import { rateIsKnown } from "./curve/loss-curve.ts";
import { features } from "./judge/features.ts";
import { scores } from "./judge/scores.ts";
import { lastRise } from "./schedule/jump-watch.ts";
import { siblingJudgement } from "./siblings/index.ts";
import type { EngineState } from "./state.ts";

/** Whether the learning rate is the cause, why, and what to try next. */
export function lrView(state: EngineState, verdictConfidence: number): LrView {
  const { verdict } = state.standing;
  const judgement = judgementOf(state);
  // A loss that runs away is judged by its look; so is a curve too short for the model.
  const byLook = verdict === "diverging" || state.cause.judgement === "unknown" || swingsSinceRise(state);
  const alone = byLook ? verdictConfidence : causeConfidence(state.cause, state.curve.points);
  const { siblings } = state.context;
  const confidence = siblingJudgement(siblings) === null ? alone : siblings!.confidence;
  return {
    judgement,
    confidence: judgement === "unknown" ? 0 : significant(confidence, 2),
    next: nextRate(state),
    because: because(state, judgement),
  };
}

/** The judgement as of now: what siblings tell, before what the curve tells alone. */
export function judgementOf(state: EngineState): LrJudgement {
  return siblingJudgement(state.context.siblings) ?? judgementAlone(state);
}

function judgementAlone(state: EngineState): LrJudgement {
  const { standing, cause } = state;
  // The run is its own control: it was calm at the rate before.
  if (swingsSinceRise(state)) return "too_high";
  switch (standing.verdict) {
    case "diverging":
      return "too_high";
    case "oscillating":
      // A swing that the model does not put down to the rate may be the data's own: nothing is claimed.
      return cause.judgement === "fine" || cause.judgement === "too_low" ? "unknown" : "too_high";
    case "too_slow":
      return cause.judgement === "unknown" ? "too_low" : cause.judgement;
    case "reading":
    case "nan":
      return cause.judgement === "too_high" ? "too_high" : "unknown";
    default:
      return cause.judgement;
  }
}

const swingsSinceRise = ({ standing, looks }: EngineState): boolean =>
  standing.verdict === "oscillating" && looks.restlessFrom !== null;

/** By how much the rate left its schedule upwards, when the run swings since: going back there is the cure. */
export function riseToUndo(state: EngineState): number | null {
  const rise = lastRise(state.jumps);
  return swingsSinceRise(state) && rise !== null && rise.from > 0 ? rise.to / rise.from : null;
}

/**
 * The rate to try next, three digits; null when nothing is to be changed or the log does not tell the rate. Half for a
 * curve that swings, a third for one that lies flat, a quarter for one that is lost, a tenth where it was lost at once or was
 * rising before (DIAGNOSIS.md §5); three times for one that is slow. Where siblings tell, the rate of the best of them.
 */
export function nextRate(state: EngineState): number | null {
  const { siblings } = state.context;
  const settled = siblingJudgement(siblings);
  if (settled !== null) return settled === "fine" ? null : significant(siblings!.best.rate, 3);
  const factor = nextFactor(state);
  const now = rateNow(state);
  return factor === null || now === null ? null : significant(now * factor, 3);
}

function nextFactor(state: EngineState): number | null {
  const { verdict } = state.standing;
  switch (verdict) {
    case "diverging":
    case "nan": {
      const early = state.curve.points < 100;
      const rising = verdict === "nan" && state.looks.high >= 0.5;
      return early || rising ? 1 / 10 : 1 / 4;
    }
    case "oscillating":
      return 1 / (riseToUndo(state) ?? 2);
    case "too_slow":
      return 3;
    default: {
      const judgement = judgementOf(state);
      return judgement === "too_high" ? 1 / 3 : judgement === "too_low" ? 3 : null;
    }
  }
}

/** The rate that did it: the one in force, or the peak where a schedule has already brought it down to little. */
export function rateNow({ nonfinite, standing, curve }: EngineState): number | null {
  const { failure } = nonfinite;
  if (standing.verdict === "nan" && failure !== null && failure.rate > 0) return failure.rate;
  if (!rateIsKnown(curve)) return null;
  const { rate, peakRate } = curve;
  const now = rate > 0.25 * peakRate ? rate : peakRate;
  return now > 0 ? now : null;
}

function because(state: EngineState, judgement: LrJudgement): string[] {
  const alone = becauseAlone(state, judgement);
  return siblingJudgement(state.context.siblings) === null ? alone : ["siblings", ...alone];
}

function becauseAlone(state: EngineState, judgement: LrJudgement): string[] {
  const { curve, looks, standing, cause } = state;
  if (standing.verdict === "nan") return ["loss_not_finite"];
  if (standing.verdict === "diverging" && looks.exploded) return ["loss_exploded"];
  if (judgement === "unknown") return [];
  if (judgement === "fine") return ["no_give_back", "descent_bends"];
  const f = features(curve);
  if (f === null) return [];
  if (cause.judgement === judgement) {
    const { shift } = ratePrior(state);
    const prior =
      shift > 0 && judgement === "too_high"
        ? ["above_usual_range"]
        : shift < 0 && judgement === "too_low"
          ? ["below_usual_range"]
          : [];
    return [...causeReasons(state, judgement === "too_high" ? "high" : "low").map(([name]) => name), ...prior];
  }
  if (judgement === "too_low") return ["straight_descent"];
  return scores(curve, f, lastRise(state.jumps)?.step ?? null).signs.filter((sign) => sign !== "straight_descent");
}

/** The features that speak most for one side, the loudest first, with their values. */
export function causeReasons({ curve, nonfinite }: EngineState, side: "high" | "low"): [FeatureName, number][] {
  const f = features(curve);
  const measured = f === null ? null : causeFeatures(curve, f, nonfinite.failure !== null);
  if (measured === null) return [];
  return reasons(measured, side).map((name) => [name, measured[FEATURE_NAMES.indexOf(name)]!]);
}
