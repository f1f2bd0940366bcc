import { toJsonValue } from "#lib/protocol/index.ts";
import { LABEL } from "../text/labels.ts";
import { gradientOnlyText } from "../text/nonfinite.ts";
import { defineRule } from "./rule.ts";

/** Records with a finite gradient norm after which the next bad one is news again. */
const CALM = 100;

/** A gradient norm of NaN or infinity beside a finite loss: a loss scaler at work, worth a note (DIAGNOSIS.md §5). */
export const gradientNotFinite = defineRule<{ calm: number }>({
  name: "nan.grad_only",
  fresh: () => ({ calm: CALM }),
  observe({ reading, state }, memory) {
    const { gradNorm, loss } = reading;
    if (gradNorm === undefined) return null;
    if (Number.isFinite(gradNorm)) {
      memory.calm++;
      return null;
    }
    const news = memory.calm >= CALM;
    memory.calm = 0;
    if (!news || loss === undefined || !Number.isFinite(loss) || state.nonfinite.failure !== null) return null;
    return {
      severity: "note",
      step: reading.step,
      alert: false,
      text: gradientOnlyText(reading.step, gradNorm),
      evidence: [{ name: "grad_norm", value: toJsonValue(gradNorm), unit: "", label: LABEL.gradNorm }],
    };
  },
});
