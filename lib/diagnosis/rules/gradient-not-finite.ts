import { toJsonValue } from "#lib/protocol/index.ts";
import { readHyperparameters } from "../review/config.ts";
import { type Precision, precisionOf } from "../review/context.ts";
import type { EngineState } from "../state.ts";
import { LABEL } from "../text/labels.ts";
import { gradientOnlyText, gradientUnscaledText, NONFINITE_LABEL } from "../text/nonfinite.ts";
import { isScaler, SEARCH_STEPS } from "./loss-scale.ts";
import { defineRule, type Said } from "./rule.ts";

type Memory = {
  attempt: number;
  firstStep: number;
  /** A loss scaler is at work: it was logged. */
  scaler: boolean;
  /** Records with a finite gradient norm since the last bad one. */
  calm: number;
  /** Bad records in a row, and the step of the first. */
  bad: number;
  since: number;
  /** The trouble under way was told as such. */
  told: boolean;
};

/** Records with a finite gradient norm after which the next bad one is news again. */
const CALM = 100;
/** Bad records in a row that no scaler explains; and while one may still search for its scale, the steps this must last:
 * from 2³² down to 1 are 32 halvings (DIAGNOSIS.md §5). */
const PERSISTS_RECORDS = 3;
const SEARCH_HALVINGS = 32;

/**
 * A gradient norm of NaN or infinity beside a finite loss (DIAGNOSIS.md §5). With a loss scaler, or where one may be, it is a
 * note (`nan.grad_only`), and none at all while the scaler searches for its scale; in bf16 or fp32, or when it persists and
 * no scaler is known, the weights are lost (`nan.grad_unscaled`).
 */
export const gradientNotFinite = defineRule<Memory>({
  name: "nan.grad_only",
  fresh: () => ({ attempt: -1, firstStep: 0, scaler: false, calm: CALM, bad: 0, since: 0, told: false }),
  observe({ reading, state }, memory) {
    const { gradNorm, loss, step, attempt, lossScale } = reading;
    if (attempt > memory.attempt) Object.assign(memory, { attempt, firstStep: step, bad: 0, told: false, calm: CALM });
    if (lossScale !== undefined && isScaler(lossScale)) memory.scaler = true;
    if (gradNorm === undefined) return null;
    if (Number.isFinite(gradNorm)) {
      memory.calm++;
      memory.bad = 0;
      if (memory.calm >= CALM) memory.told = false;
      return null;
    }
    const news = memory.calm >= CALM;
    memory.calm = 0;
    if (memory.bad++ === 0) memory.since = step;
    if (loss === undefined || !Number.isFinite(loss) || state.nonfinite.failure !== null) return null;
    const precision = memory.scaler ? "fp16" : precisionKnown(state);
    if (!memory.told && precision !== "fp16" && isUnscaled(memory, step, precision)) {
      memory.told = true;
      return unscaled(memory, gradNorm, precision);
    }
    const searching = precision === "fp16" && step - memory.firstStep < SEARCH_STEPS;
    if (!news || searching) return null;
    return {
      severity: "note",
      step,
      alert: false,
      text: gradientOnlyText(step, gradNorm),
      evidence: [{ name: "grad_norm", value: toJsonValue(gradNorm), unit: "", label: LABEL.gradNorm }],
    };
  },
});

const precisionKnown = ({ context }: EngineState): Precision | null => precisionOf(readHyperparameters(context.config));

function isUnscaled({ bad, since, firstStep }: Memory, step: number, precision: Precision | null): boolean {
  if (precision !== null) return true;
  const maySearch = since - firstStep < SEARCH_STEPS;
  return bad >= PERSISTS_RECORDS && (!maySearch || step - since > SEARCH_HALVINGS);
}

function unscaled({ since, bad }: Memory, gradNorm: number, precision: Precision | null): Said {
  return {
    rule: "nan.grad_unscaled",
    severity: "critical",
    step: since,
    alert: true,
    text: gradientUnscaledText({ step: since, gradNorm, records: bad, precision }),
    evidence: [
      { name: "grad_norm", value: toJsonValue(gradNorm), unit: "", label: LABEL.gradNorm },
      { name: "records", value: bad, unit: "", label: NONFINITE_LABEL.records },
    ],
  };
}
