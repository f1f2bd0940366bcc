import type { Localised, ReviewItem } from "#lib/protocol/index.ts";
import { USUAL, unknownText } from "../../text/review/common.ts";
import type { Field } from "../aliases.ts";
import type { Subject } from "../subject.ts";

/**
 * A rule of the review judges one setting by itself: what was set and measured in, a level and an advice out. It is asked
 * only where it applies and everything it needs is known; what is missing is never a pass.
 */
export type Level = "pass" | "info" | "notice" | "warning" | "critical";

export type Judgement = {
  level: Level | "not_judged";
  value: ReviewItem["value"];
  advice: Localised;
  /** Of one that is not judged: what it would take, as the review calls it. */
  missing?: readonly string[];
};

export const usual = (value: Judgement["value"]): Judgement => ({ level: "pass", value, advice: USUAL });
export const flagged = (level: Level, value: Judgement["value"], advice: Localised): Judgement => ({
  level,
  value,
  advice,
});

/** @param missing what it would take, as the review calls it */
export const notJudged = (
  value: Judgement["value"],
  missing: readonly string[],
  advice = unknownText(missing),
): Judgement => ({
  level: "not_judged",
  value,
  advice,
  missing,
});

type Known<K extends keyof Subject> = Subject & { [P in K]-?: NonNullable<Subject[P]> };

type Rule<K extends keyof Subject> = {
  id: string;
  /** The setting that a missing value of is told by its framework's default. */
  field?: Field;
  source: string;
  /** Names the source where it depends on the run, in place of the rule's. */
  sourceOf?(subject: Subject): string;
  needs: readonly K[];
  /** Where it does not apply it is not listed. */
  applies?(subject: Subject): boolean;
  judge(subject: Known<K>): Judgement;
};

export type ReviewRule = Rule<keyof Subject>;

/** Safe because a rule is asked only when nothing that it needs is null. */
export function defineRule<K extends keyof Subject>(rule: Rule<K>): ReviewRule {
  return rule as unknown as ReviewRule;
}

export const STATUS: Record<Judgement["level"], ReviewItem["status"]> = {
  not_judged: "not_judged",
  pass: "pass",
  info: "note",
  notice: "note",
  warning: "caution",
  critical: "critical",
};

const MILDER: Record<Level, Level> = {
  pass: "pass",
  info: "info",
  notice: "info",
  warning: "notice",
  critical: "warning",
};

/** One step less, where the default rule and current practice disagree. */
export const milder = (level: Level): Level => MILDER[level];

export const isAdam = ({ optimizer }: Subject): boolean =>
  optimizer === null || optimizer === "adam" || optimizer === "adamw";
export const isLanguageModel = ({ transformer, classes, imageSize }: Subject): boolean =>
  transformer && classes === null && imageSize === null;

/** Sources as a reader can look them up (DIAGNOSIS.md §9). */
export const SOURCE = {
  article: "default rule",
  judgement: "common practice, unverified figure",
  practice: "common practice",
  measured: "measured on our own runs",
  nanogpt: "nanoGPT, train.py",
  opt: "OPT, metaseq chronicles",
  olmo: "OLMo 2, arXiv 2501.00656 §3",
  megatron: "Megatron-LM, optimizer_config.py",
  bloom: "BLOOM, bigscience lessons-learned.md",
  hfSchedules: "transformers, optimization.py",
  lora: "Thinking Machines 2025, LoRA Without Regret; arXiv 2405.09673",
  linear: "Bergsma et al. 2025, arXiv 2502.15938",
  accumulation: "Unsloth 2024, unsloth.ai/blog/gradient",
  checkpointing: "HF docs, gradient checkpointing; Chen et al. 2016",
  dropout: "Liu et al. 2025, arXiv 2505.24788",
  arithmetic: "arithmetic of the number format",
} as const;
