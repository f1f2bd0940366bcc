import type { Localised } from "#lib/protocol/index.ts";
import { recoveredText } from "../text/verdicts.ts";
import { SEVERITY, verdictOf } from "../verdict.ts";
import { defineRule } from "./rule.ts";

/**
 * A verdict has begun: a finding under the verdict's own name. It is pushed when the verdict is sure enough; one that
 * begins as a "maybe" and becomes sure later is said a second time, then to be pushed.
 */
export const verdictChange = defineRule<{ bad: boolean }>({
  name: "verdict",
  fresh: () => ({ bad: false }),
  observe({ state, verdict }, memory) {
    const { standing } = state;
    const severity = SEVERITY[standing.verdict];
    if (verdict === null || severity === null) return null;
    const recovered = memory.bad && standing.verdict === "healthy";
    memory.bad = severity !== "good";
    const { reason, advice, evidence, sinceStep } = verdictOf(state);
    const text = recovered ? recoveredText(sinceStep ?? state.lastStep) : reason;
    return {
      rule: standing.verdict,
      severity,
      step: sinceStep ?? state.lastStep,
      alert: standing.pushed,
      text: severity === "good" ? text : joined(text, advice),
      evidence: evidence.map(({ series: _, ...bare }) => bare),
    };
  },
});

function joined(reason: Localised, advice: Localised): Localised {
  return { en: `${reason.en} ${advice.en}`, "zh-CN": `${reason["zh-CN"]}${advice["zh-CN"]}` };
}
