import { significant } from "#lib/core/index.ts";
import { evalStillImproves } from "../cause/eval-veto.ts";
import { ratePrior } from "../cause/prior.ts";
import { isSureOfCause } from "../cause/watch.ts";
import { causeReasons, nextRate } from "../learning-rate.ts";
import { siblingJudgement } from "../siblings/index.ts";
import type { EngineState } from "../state.ts";
import { causeText, featureWords } from "../text/cause.ts";
import { defineRule } from "./rule.ts";

/**
 * The learning rate is the cause of what the curve does, surely enough to be told (DIAGNOSIS.md A.7): `lr.too_high`,
 * `lr.too_low`. Each is said once in a run, and pushed unless a verdict that was pushed says the same.
 */
export const learningRateCause = defineRule<{ told: string[] }>({
  name: "lr.cause",
  fresh: () => ({ told: [] }),
  observe({ state, reading }, memory) {
    const { cause, curve, standing, looks } = state;
    if (reading.loss === undefined || !isSureOfCause(cause, curve.points) || curve.points < looks.quietUntil)
      return null;
    // Where siblings tell otherwise, they are right.
    const settled = siblingJudgement(state.context.siblings);
    if (settled !== null && settled !== cause.judgement) return null;
    const rule = `lr.${cause.judgement}`;
    if (memory.told.includes(rule)) return null;
    memory.told.push(rule);
    const side = cause.judgement === "too_high" ? "high" : "low";
    const reasons = causeReasons(state, side);
    return {
      rule,
      severity: side === "high" ? "caution" : "note",
      step: cause.sinceStep,
      alert: !standing.pushed && !isVetoed(state, side),
      text: causeText(side, reasons, nextRate(state)),
      evidence: reasons.map(([name, value]) => {
        const words = featureWords(name, value);
        return { name, value: significant(words.value, 4), unit: words.unit, label: words.label };
      }),
    };
  },
});

/**
 * What speaks against telling anybody: an evaluation that still improves, or a fine-tuning at a usual rate, which is often
 * flat and well (DIAGNOSIS.md A.6, A.7).
 */
function isVetoed(state: Readonly<EngineState>, side: "high" | "low"): boolean {
  if (ratePrior(state).isUsual) return true;
  return side === "high" && evalStillImproves(state.evals);
}
