import { significant } from "#lib/core/index.ts";
import type { ReviewItem } from "#lib/protocol/index.ts";
import type { RunConfig } from "../observation.ts";
import { defaultText, unknownText } from "../text/review/common.ts";
import { reviewName } from "../text/review/names.ts";
import { trainerDefault } from "./config.ts";
import { enterableKeys } from "./enterable.ts";
import type { ReviewFacts } from "./facts.ts";
import { BATCH_RULES } from "./rules/batch.ts";
import { MEMORY_RULES } from "./rules/memory.ts";
import { OPTIMIZER_RULES } from "./rules/optimizer.ts";
import { PRECISION_RULES } from "./rules/precision.ts";
import { RATE_RULES } from "./rules/rate.ts";
import { REGULARISATION_RULES } from "./rules/regularisation.ts";
import { type Judgement, notJudged, type ReviewRule, STATUS } from "./rules/rule.ts";
import { SCHEDULE_RULES } from "./rules/schedule.ts";
import { STOPPING_RULES } from "./rules/stopping.ts";
import { type Subject, subjectOf } from "./subject.ts";

/**
 * Reviews the hyperparameters of a run: its config in, what is usual and what is not out (DIAGNOSIS.md §6).
 *
 *     config → config.ts (typed, by aliases.ts) ┐
 *                                               ├→ context.ts → subject.ts → rules/ → items
 *     curve  → facts.ts (measured)              ┘
 *
 * Two opinions are kept apart: the default rule (`article`) and current practice (`field`). Where they disagree the milder
 * level counts and the advice names both. What is not known is not judged, and never passed.
 */
export { DEVIATIONS } from "../text/review/common.ts";
export type { ReviewFacts } from "./facts.ts";
export { reviewFacts } from "./facts.ts";

export const REVIEW_RULES: readonly ReviewRule[] = [
  ...[...RATE_RULES, ...SCHEDULE_RULES, ...OPTIMIZER_RULES, ...BATCH_RULES, ...PRECISION_RULES],
  ...[...MEMORY_RULES, ...REGULARISATION_RULES, ...STOPPING_RULES],
];

const ORDER = ["critical", "warning", "notice", "info", "pass", "not_judged"] as const;

/** Every rule that applies to the run: worst first, then what passed, then what could not be judged. */
export function reviewRun(config: RunConfig, facts: ReviewFacts): ReviewItem[] {
  const subject = subjectOf(config, facts);
  return REVIEW_RULES.filter((rule) => rule.applies?.(subject) ?? true)
    .map((rule) => ({ rule, judgement: judge(rule, subject) }))
    .sort((a, b) => ORDER.indexOf(a.judgement.level) - ORDER.indexOf(b.judgement.level))
    .map(({ rule, judgement: { level, value, advice, missing = [] } }) => ({
      rule: rule.id,
      name: reviewName(rule.id),
      status: STATUS[level],
      value: typeof value === "number" ? significant(value, 6) : value,
      advice,
      source: rule.sourceOf?.(subject) ?? rule.source,
      ...(level === "not_judged" ? { missing: enterableKeys(missing) } : {}),
    }));
}

function judge(rule: ReviewRule, subject: Subject): Judgement {
  const missing = rule.needs.filter((name) => subject[name] === null);
  if (missing.length === 0) return rule.judge(subject as Parameters<ReviewRule["judge"]>[0]);
  const standard = subject.trainer === null || !rule.field ? null : trainerDefault(subject.trainer, rule.field);
  const isUnset = standard !== null && subject[rule.field!] === null;
  return notJudged(null, missing, isUnset ? defaultText(standard) : unknownText(missing));
}
