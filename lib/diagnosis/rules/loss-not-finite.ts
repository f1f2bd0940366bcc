import { toJsonValue } from "#lib/protocol/index.ts";
import { nonfiniteFacts } from "../nonfinite.ts";
import { LABEL } from "../text/labels.ts";
import { NONFINITE_LABEL, nonfiniteReason } from "../text/nonfinite.ts";
import { defineRule } from "./rule.ts";

/**
 * The loss is NaN or infinite (`nan.loss`, `inf.loss`), or the trainer hides it as 0: said at the first bad record, once
 * for as long as it lasts. What is pushed is the verdict `nan` that comes with it; this is the fact beneath.
 */
export const lossNotFinite = defineRule<null>({
  name: "nan.loss",
  fresh: () => null,
  observe({ state, nonfinite }) {
    const { failure } = state.nonfinite;
    if (nonfinite !== "began" || failure === null) return null;
    const { step, good, rate, gradNorm, lossScale } = failure;
    const evidence = [{ name: "first_bad_step", value: step, unit: "steps", label: LABEL.firstBad }];
    return {
      rule: failure.kind === "inf" ? "inf.loss" : "nan.loss",
      severity: "critical",
      step,
      alert: false,
      text: nonfiniteReason(nonfiniteFacts(failure)),
      evidence: [
        ...evidence,
        ...(good === null ? [] : [{ name: "last_good", value: good.loss, unit: "loss", label: LABEL.lastGood }]),
        ...(Number.isNaN(rate) ? [] : [{ name: "learning_rate", value: rate, unit: "", label: LABEL.learningRate }]),
        { name: "grad_norm", value: toJsonValue(gradNorm), unit: "", label: LABEL.gradNorm },
        ...(Number.isNaN(lossScale)
          ? []
          : [{ name: "loss_scale", value: toJsonValue(lossScale), unit: "", label: NONFINITE_LABEL.lossScale }]),
      ],
    };
  },
});
