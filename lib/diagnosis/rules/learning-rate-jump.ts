import { LABEL } from "../text/labels.ts";
import { rateJumpText } from "../text/schedule.ts";
import { defineRule } from "./rule.ts";

/** The learning rate left its schedule from one record to the next and stayed off it (DIAGNOSIS.md §3.3). */
export const learningRateJump = defineRule<null>({
  name: "lr.jump_unexpected",
  fresh: () => null,
  observe({ jump }) {
    if (jump === null) return null;
    return {
      severity: "caution",
      step: jump.step,
      alert: true,
      text: rateJumpText(jump),
      evidence: [
        { name: "before", value: jump.from, unit: "", label: LABEL.predicted },
        { name: "after", value: jump.to, unit: "", label: LABEL.measured },
      ],
    };
  },
});
