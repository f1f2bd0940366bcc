import type { Localised } from "#lib/protocol/index.ts";
import type { RateEvent } from "../schedule/jump-watch.ts";
import { LABEL } from "../text/labels.ts";
import { rateJumpText } from "../text/schedule.ts";
import { climbText, dropText, restartText, resumeMismatchText, secondWarmupText } from "../text/schedule-findings.ts";
import { defineRule } from "./rule.ts";

/** Of what belongs to a schedule, the first few are told: then it is known how it goes. */
const TOLD_AT_MOST = { lr_drop: 8, lr_restart: 3, lr_climb: 1 };

const SAYS: Record<
  RateEvent["kind"],
  { rule: string; text: (change: RateEvent) => Localised; counts?: keyof typeof TOLD_AT_MOST }
> = {
  jump: { rule: "lr.jump_unexpected", text: rateJumpText },
  second_warmup: { rule: "lr.resume_mismatch", text: secondWarmupText },
  resume: { rule: "lr.resume_mismatch", text: resumeMismatchText },
  drop: { rule: "lr.drop_step", text: dropText, counts: "lr_drop" },
  climb: { rule: "lr.step_up", text: climbText, counts: "lr_climb" },
  restart: { rule: "lr.restart", text: restartText, counts: "lr_restart" },
};

/**
 * The learning rate went from one value to another between two records and stayed there (DIAGNOSIS.md §3.3): off its
 * schedule, which is pushed, or as step decays and restarts do.
 */
export const learningRateJump = defineRule<Record<keyof typeof TOLD_AT_MOST, number>>({
  name: "lr.jump_unexpected",
  fresh: () => ({ lr_drop: 0, lr_restart: 0, lr_climb: 0 }),
  observe({ jump }, memory) {
    if (jump === null) return null;
    const { rule, text, counts } = SAYS[jump.kind];
    if (counts !== undefined && ++memory[counts] > TOLD_AT_MOST[counts]) return null;
    const unexpected = counts === undefined;
    return {
      rule,
      severity: unexpected ? "caution" : "note",
      step: jump.step,
      alert: unexpected,
      text: text(jump),
      evidence: [
        { name: "before", value: jump.from, unit: "", label: LABEL.predicted },
        { name: "after", value: jump.to, unit: "", label: LABEL.measured },
      ],
    };
  },
});
