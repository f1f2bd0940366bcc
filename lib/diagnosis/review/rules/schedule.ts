import { SCHEDULE_TEXT as TEXT } from "../../text/review/schedule.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Warm-up and decay (DIAGNOSIS.md §6.3, hp.warmup and hp.decay). */
const WARMUP = { low: 0.01, high: 0.05, far: 0.1 };
const WARMUP_STEPS = { least: 100, inRunsOver: 5000 };
const STARTS_FROM = 0.1;
const TOTALS_DIFFER = 0.05;

const warmupRange = defineRule({
  id: "hp.warmup.range",
  field: "warmupSteps",
  source: SOURCE.article,
  needs: ["warmup", "warmupShare"],
  judge({ warmup, warmupShare: share, peakRate, range }) {
    if (warmup === 0) {
      const isHot = range !== null && peakRate !== null && peakRate >= range.high;
      return isHot ? flagged("warning", 0, TEXT.warmupNoneHot) : flagged("notice", 0, TEXT.warmupNone);
    }
    if (share >= WARMUP.low && share <= WARMUP.high) return usual(warmup);
    const level = share > WARMUP.high && share <= WARMUP.far ? "info" : "notice";
    return flagged(level, warmup, TEXT.warmupRange(share));
  },
});

const warmupSteps = defineRule({
  id: "hp.warmup.steps",
  field: "warmupSteps",
  source: `${SOURCE.article}; ${SOURCE.olmo}; ${SOURCE.nanogpt}`,
  needs: ["warmup", "totalSteps"],
  applies: ({ kind }) => kind === "pretrain",
  judge: ({ warmup, totalSteps }) =>
    warmup < WARMUP_STEPS.least && totalSteps > WARMUP_STEPS.inRunsOver
      ? flagged("notice", warmup, TEXT.warmupSteps(warmup))
      : usual(warmup),
});

const warmupShape = defineRule({
  id: "hp.warmup.shape",
  source: SOURCE.article,
  needs: ["warmupStart"],
  applies: ({ warmup }) => warmup !== 0,
  judge: ({ warmupStart }) =>
    warmupStart > STARTS_FROM ? flagged("info", warmupStart, TEXT.warmupShape(warmupStart)) : usual(warmupStart),
});

const decayNone = defineRule({
  id: "hp.decay.none",
  field: "scheduler",
  source: SOURCE.article,
  needs: ["decay", "totalSteps"],
  applies: ({ kind }) => kind === "pretrain" || kind === "full_ft",
  judge: ({ decay }) => (decay === "constant" ? flagged("info", decay, TEXT.decayNone) : usual(decay)),
});

const decayLinear = defineRule({
  id: "hp.decay.linear",
  field: "scheduler",
  source: `${SOURCE.article}; ${SOURCE.linear}`,
  needs: ["decay"],
  judge: ({ decay }) => (decay === "linear" ? flagged("info", decay, TEXT.decayLinear) : usual(decay)),
});

const decayPoly = defineRule({
  id: "hp.decay.poly",
  field: "scheduler",
  source: `${SOURCE.article}; ${SOURCE.hfSchedules}`,
  needs: ["decay"],
  judge: ({ decay, schedulerPower }) =>
    decay === "polynomial" ? flagged("info", schedulerPower ?? decay, TEXT.decayPoly(schedulerPower)) : usual(decay),
});

const isDecaying = ({ decay }: Subject): boolean => decay !== "constant";

const totalMismatch = defineRule({
  id: "hp.decay.total_mismatch",
  source: SOURCE.practice,
  needs: ["decayEnd", "plannedSteps"],
  applies: isDecaying,
  judge: ({ decayEnd, plannedSteps }) =>
    Math.abs(decayEnd - plannedSteps) > TOTALS_DIFFER * plannedSteps
      ? flagged("warning", decayEnd, TEXT.totalMismatch(decayEnd, plannedSteps))
      : usual(decayEnd),
});

export const SCHEDULE_RULES: readonly ReviewRule[] = [
  ...[warmupRange, warmupSteps, warmupShape, decayNone, decayLinear, decayPoly, totalMismatch],
];
