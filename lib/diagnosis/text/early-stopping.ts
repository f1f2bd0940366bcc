import { formatMetric, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

/** @param metric as its records have it; the evaluation loss has a name of its own in every language */
export type BestCheck = { metric: string; checks: number; best: { step: number; value: number } };

const nameOf = (metric: string): Localised =>
  metric === "eval/loss" ? both("Eval loss", "验证损失") : both(`Metric ${metric}`, `指标 ${metric} `);

export const bestLabel = (metric: string): Localised => both(`Best ${metric}`, `最佳 ${metric}`);

function noGain({ metric, checks, best }: BestCheck): Localised {
  const [value, step] = [formatMetric(best.value), formatStep(best.step)];
  const name = nameOf(metric);
  return both(
    `${name.en} has not improved in ${checks} checks; best ${value} at step ${step}.`,
    `${name["zh-CN"]}已 ${checks} 次无提升；最佳为步 ${step} 的 ${value}。`,
  );
}

export function earlyStopText(facts: BestCheck): Localised {
  const fact = noGain(facts);
  return both(
    `${fact.en} Stop here and keep the checkpoint nearest to that step.`,
    `${fact["zh-CN"]}可就此停止，保留最接近该步的检查点。`,
  );
}

/** @param ahead share of the decay that is yet to come */
export function waitText(facts: BestCheck & { ahead: number }): Localised {
  const fact = noGain(facts);
  const share = `${Math.round(100 * facts.ahead)}%`;
  return both(
    `${fact.en} Patience is reached, but ${share} of the LR decay is still ahead; such runs usually improve.`,
    `${fact["zh-CN"]}耐心已用尽，但学习率衰减还剩 ${share}；此类训练通常仍会改善。`,
  );
}
