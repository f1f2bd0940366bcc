import { formatLearningRate, formatMetric, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { resumeAdvice } from "./advice.ts";
import { both, type Sentence } from "./both.ts";

export type NonfiniteFacts = {
  kind: "nan" | "inf" | "filtered";
  loss: number;
  step: number;
  good: { step: number; loss: number } | null;
  gradNorm: number;
  /** Gradient norm some steps before, and how many; null when it was not logged. */
  normBefore: { gradNorm: number; steps: number } | null;
  rate: number;
};

/** "Loss is NaN from step 121": what failed, from what, at which rate. */
export function nonfiniteReason(facts: NonfiniteFacts): Localised {
  const step = formatStep(facts.step);
  const en: string[] = [];
  const zh: string[] = [];
  if (facts.kind === "filtered") {
    en.push(`Loss is not a number from step ${step}: logged as 0 with gradient norm NaN`);
    zh.push(`步 ${step} 起损失不是数值：日志写作 0，而梯度范数为 NaN`);
  } else {
    en.push(`Loss is ${formatMetric(facts.loss)} from step ${step}`);
    zh.push(`步 ${step} 起损失为 ${formatMetric(facts.loss)}`);
  }
  if (facts.good) {
    en.push(`last finite value ${formatMetric(facts.good.loss)} at step ${formatStep(facts.good.step)}`);
    zh.push(`最后的有限值为步 ${formatStep(facts.good.step)} 的 ${formatMetric(facts.good.loss)}`);
  }
  if (facts.normBefore) {
    const { gradNorm, steps } = facts.normBefore;
    const now = Number.isNaN(facts.gradNorm) ? "NaN" : formatMetric(facts.gradNorm);
    en.push(`gradient norm went from ${formatMetric(gradNorm)} to ${now} in ${formatStep(steps)} steps`);
    zh.push(`此前 ${formatStep(steps)} 步梯度范数由 ${formatMetric(gradNorm)} 变为 ${now}`);
  }
  if (Number.isFinite(facts.rate)) {
    en.push(`LR ${formatLearningRate(facts.rate)}`);
    zh.push(`学习率 ${formatLearningRate(facts.rate)}`);
  }
  return both(`${en.join("; ")}.`, `${zh.join("；")}。`);
}

export function nonfiniteText(facts: NonfiniteFacts & { next: number | null }): Sentence {
  return { reason: nonfiniteReason(facts), advice: resumeAdvice(facts.next) };
}

export function gradientOnlyText(step: number, gradNorm: number): Localised {
  const value = formatMetric(gradNorm);
  return both(
    `Gradient norm is ${value} at step ${formatStep(step)} while the loss is finite: one skipped update is normal in fp16.`,
    `步 ${formatStep(step)} 梯度范数为 ${value}，损失仍是有限值：fp16 下偶尔跳过一次更新属正常现象。`,
  );
}
