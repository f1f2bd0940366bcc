import { CURVE_TEXT } from "../../text/review/run.ts";
import { SCHEDULE_TEXT as TEXT } from "../../text/review/schedule.ts";
import type { RateRange } from "../lr-range.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, type Judgement, type Level, milder, type ReviewRule, SOURCE } from "./rule.ts";

/** The peak rate against its usual range, and what the curve says of it (DIAGNOSIS.md §6.2, §6.3 hp.lr and hp.curve). */
const LOOKS_FULL = 5e-5;
const LOOKS_LORA = 1e-4;
const rangeSource = ({ range }: Subject): string =>
  range === null ? SOURCE.article : `${SOURCE.article}; ${range.source}`;
/** Rates are printed with few digits. */
const ROUNDING = 1.001;

const rateHigh = defineRule({
  id: "hp.lr.high",
  field: "learningRate",
  source: SOURCE.article,
  sourceOf: rangeSource,
  needs: ["peakRate", "range"],
  judge({ peakRate, range, kind }) {
    const facts = { peak: peakRate, kind, ...range };
    const level = above(peakRate, range.high);
    return level === "pass" ? within(facts) : flagged(level, peakRate, TEXT.rateHigh(facts));
  },
});

/** In full fine-tuning the default rule's floor is higher than that of current practice. */
const rateLow = defineRule({
  id: "hp.lr.low",
  field: "learningRate",
  source: SOURCE.article,
  sourceOf: rangeSource,
  needs: ["settledPeak", "range"],
  judge({ settledPeak, range, kind }) {
    const facts = { peak: settledPeak, kind, ...range };
    const level = below(settledPeak, range.low);
    if (level !== "pass") return flagged(level, settledPeak, TEXT.rateLow(facts));
    const article = kind === "full_ft" ? below(settledPeak, range.article.low) : "pass";
    return article === "pass" ? within(facts) : flagged(milder(article), settledPeak, TEXT.rateInside(facts));
  },
});

function within(facts: RateRange & { peak: number; kind: string }): Judgement {
  return { level: "pass", value: facts.peak, advice: TEXT.rateInside(facts) };
}

function above(rate: number, high: number): Level {
  const times = rate / high / ROUNDING;
  if (times > 10) return "critical";
  return times > 3 ? "warning" : times > 1 ? "notice" : "pass";
}

function below(rate: number, low: number): Level {
  const times = (rate / low) * ROUNDING;
  return times < 1 / 3 ? "warning" : times < 1 ? "notice" : "pass";
}

const loraAsFull = defineRule({
  id: "hp.lr.lora_as_ft",
  field: "learningRate",
  source: SOURCE.lora,
  needs: ["settledPeak", "range"],
  applies: ({ kind }) => kind === "lora",
  judge: ({ settledPeak, range, kind }) =>
    settledPeak <= LOOKS_FULL * ROUNDING
      ? flagged("notice", settledPeak, TEXT.loraAsFull(settledPeak))
      : within({ peak: settledPeak, kind, ...range }),
});

const fullAsLora = defineRule({
  id: "hp.lr.ft_as_lora",
  field: "learningRate",
  source: SOURCE.lora,
  needs: ["peakRate", "range"],
  applies: ({ kind }) => kind === "full_ft",
  judge: ({ peakRate, range, kind }) =>
    peakRate * ROUNDING >= LOOKS_LORA
      ? flagged("warning", peakRate, TEXT.fullAsLora(peakRate))
      : within({ peak: peakRate, kind, ...range }),
});

const looksHigh = ({ judgement }: Subject): boolean => judgement === "too_high";
const looksLow = ({ judgement }: Subject): boolean => judgement === "too_low";

const curveHigh = defineRule({
  id: "hp.curve.high",
  source: SOURCE.article,
  needs: ["verdict"],
  applies: looksHigh,
  judge: ({ verdict }) => flagged(verdict === "diverging" ? "critical" : "warning", verdict, CURVE_TEXT.high),
});

const curveLow = defineRule({
  id: "hp.curve.low",
  source: SOURCE.article,
  needs: ["verdict"],
  applies: looksLow,
  judge: ({ verdict }) => flagged("notice", verdict, CURVE_TEXT.low),
});

const curveOk = defineRule({
  id: "hp.curve.ok",
  source: SOURCE.article,
  needs: ["verdict"],
  applies: (subject) => !looksHigh(subject) && !looksLow(subject),
  judge: ({ verdict, judgement }) =>
    judgement === "fine"
      ? { level: "pass", value: verdict, advice: CURVE_TEXT.ok }
      : { level: "not_judged", value: verdict, advice: CURVE_TEXT.other },
});

export const RATE_RULES: readonly ReviewRule[] = [
  ...[rateHigh, rateLow, loraAsFull, fullAsLora, curveHigh, curveLow, curveOk],
];
