import { PRECISION_TEXT as TEXT } from "../../text/review/run.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, notJudged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Number formats (DIAGNOSIS.md §6.3, hp.fp16 and hp.bf16). */
const LARGE_MODEL = 1e9;
/** At this rate and below, updates of bf16 weights round away. */
const LOST_RATE = 1e-5;

const mayBeFp16 = ({ precision }: Subject): boolean => precision === null || precision === "fp16";
const mayBeBf16 = ({ precision }: Subject): boolean => precision === null || precision === "bf16";

const fp16 = defineRule({
  id: "hp.fp16",
  source: `${SOURCE.article}; ${SOURCE.bloom}`,
  needs: ["precision", "ampere"],
  applies: mayBeFp16,
  judge: ({ precision, ampere, parameters }) =>
    ampere
      ? flagged(parameters !== null && parameters >= LARGE_MODEL ? "warning" : "notice", precision, TEXT.fp16)
      : usual(precision),
});

const scaler = defineRule({
  id: "hp.fp16.scaler",
  source: `${SOURCE.article}; DeepSpeed, loss_scaler.py`,
  needs: ["precision"],
  applies: mayBeFp16,
  judge({ dynamicScaling, lossScale, trainer, precision }) {
    if (dynamicScaling === false || (lossScale !== null && lossScale > 0)) {
      return flagged("critical", lossScale ?? "off", TEXT.noScaler);
    }
    // A loss scale of 0 is DeepSpeed's word for dynamic; both trainers scale dynamically unless told otherwise.
    if (dynamicScaling || lossScale === 0 || trainer !== null) return usual("dynamic");
    return notJudged(precision, ["lossScale"]);
  },
});

const bf16Old = defineRule({
  id: "hp.bf16.pre_ampere",
  source: SOURCE.practice,
  needs: ["precision", "ampere"],
  applies: mayBeBf16,
  judge: ({ precision, ampere }) => (ampere ? usual(precision) : flagged("warning", precision, TEXT.bf16Old)),
});

const bf16Pure = defineRule({
  id: "hp.bf16.pure",
  source: `${SOURCE.arithmetic}; ${SOURCE.judgement}`,
  needs: ["pureBf16", "peakRate"],
  applies: (subject) => mayBeBf16(subject) && (subject.kind === "full_ft" || subject.kind === "rl"),
  judge: ({ pureBf16, peakRate }) =>
    pureBf16 && peakRate <= LOST_RATE * 1.001 ? flagged("warning", peakRate, TEXT.bf16Pure) : usual(peakRate),
});

export const PRECISION_RULES: readonly ReviewRule[] = [fp16, scaler, bf16Old, bf16Pure];
