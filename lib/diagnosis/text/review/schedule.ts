import { formatLearningRate, formatShare, formatStep, formatTimes } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "../both.ts";

const rate = formatLearningRate;

const KINDS: Record<string, [en: string, zh: string]> = {
  full_ft: ["full fine-tuning", "全参数微调"],
  lora: ["LoRA", "LoRA"],
  rl: ["RL and preference training", "强化学习与偏好训练"],
  pretrain: ["pre-training at this size", "此规模的预训练"],
  other: ["small networks from scratch", "从头训练的小网络"],
};

type Rate = { peak: number; low: number; high: number; kind: string; article: { low: number; high: number } };

/** The default rule's range, named where it is not the one judged by. */
function defaultRule({ kind, article }: Rate): [en: string, zh: string] {
  const span = rate(article.low);
  const top = rate(article.high);
  return kind === "full_ft"
    ? [` The default rule has ${span} to ${top}.`, `默认规则为 ${span} 至 ${top}。`]
    : [
        ` The default rule's ${span} to ${top} is for full fine-tuning.`,
        `默认规则的 ${span} 至 ${top} 只适用于全参数微调。`,
      ];
}

function rangeText(facts: Rate, en: string, zh: string): Localised {
  const [kindEn, kindZh] = KINDS[facts.kind] ?? KINDS.other!;
  const span = [rate(facts.low), rate(facts.high)];
  const [moreEn, moreZh] = defaultRule(facts);
  return both(
    `Peak LR ${rate(facts.peak)}${en} ${span[0]} to ${span[1]}, usual for ${kindEn}.${moreEn}`,
    `峰值学习率 ${rate(facts.peak)}${zh}${kindZh}常用的 ${span[0]} 至 ${span[1]}。${moreZh}`,
  );
}

function advised({ en, "zh-CN": zh }: Localised, adviceEn: string, adviceZh: string): Localised {
  return both(`${en} ${adviceEn}`, `${zh}${adviceZh}`);
}

export const SCHEDULE_TEXT = {
  rateInside: (facts: Rate): Localised => rangeText(facts, " is within", "在范围内，"),
  rateHigh: (facts: Rate): Localised =>
    advised(
      rangeText(
        facts,
        ` is ${formatTimes(facts.peak / facts.high)} the top of`,
        `是上限的 ${formatTimes(facts.peak / facts.high)}，`,
      ),
      "Too high a rate oscillates or diverges: divide by 2 to 3.",
      "过高会振荡或发散：除以 2 至 3。",
    ),
  rateLow: (facts: Rate): Localised =>
    advised(
      rangeText(
        facts,
        ` is ${formatTimes(facts.peak / facts.low)} the bottom of`,
        `是下限的 ${formatTimes(facts.peak / facts.low)}，`,
      ),
      "Too low a rate is slow: try three times.",
      "过低则进展缓慢：可尝试三倍。",
    ),
  loraAsFull: (peak: number): Localised =>
    both(
      `Peak LR ${rate(peak)} is one for full fine-tuning: LoRA usually wants about 10 times that.`,
      `峰值学习率 ${rate(peak)} 是全参数微调的量级：LoRA 通常需要其约 10 倍。`,
    ),
  fullAsLora: (peak: number): Localised =>
    both(
      `Peak LR ${rate(peak)} looks like one for LoRA: full fine-tuning usually wants about a tenth.`,
      `峰值学习率 ${rate(peak)} 像是 LoRA 的量级：全参数微调通常用其约十分之一。`,
    ),
  warmupNone: both(
    "No warm-up: rise linearly from 0 over 1 to 5% of the run.",
    "没有预热：应在前 1% 至 5% 的步数内从 0 线性升高。",
  ),
  warmupNoneHot: both(
    "No warm-up, at a rate at the top of the usual range: rise linearly from 0 over 1 to 5% of the run.",
    "没有预热，且学习率处于常用范围上限：应在前 1% 至 5% 的步数内从 0 线性升高。",
  ),
  warmupRange: (share: number): Localised =>
    both(
      `Warm-up takes ${formatShare(share)} of the run: 1 to 5% is usual.`,
      `预热占全程 ${formatShare(share)}：常用 1% 至 5%。`,
    ),
  warmupSteps: (steps: number): Localised =>
    both(
      `Warm-up of ${formatStep(steps)} steps is short for pre-training: 2\u2009000 is common at scale.`,
      `预热 ${formatStep(steps)} 步对预训练偏短：大规模训练常用 2\u2009000 步。`,
    ),
  warmupShape: (share: number): Localised =>
    both(
      `Warm-up starts at ${formatShare(share)} of the peak: start from 0.`,
      `预热从峰值的 ${formatShare(share)} 开始：应从 0 开始。`,
    ),
  decayNone: both(
    "The rate is constant: a decay usually lowers the end loss, cosine is the most common.",
    "学习率恒定：衰减通常能降低最终损失，最常用余弦。",
  ),
  decayLinear: both(
    "Linear decay. Default rule: it may fall too fast at the end. Current practice disagrees: linear to zero beat cosine to 10% in a 2025 comparison.",
    "线性衰减。默认规则：末段可能下降过快。当前做法不同：2025 年的对比中，线性到零优于余弦到 10%。",
  ),
  decayPoly: (power: number | null): Localised =>
    both(
      `Polynomial decay${power === null ? "" : ` of power ${rate(power)}`}: power 1 is linear, above it falls early, below it late. HF ends at 1e-7, not 0.`,
      `多项式衰减${power === null ? "" : `（幂 ${rate(power)}）`}：幂为 1 即线性，大于 1 早降，小于 1 晚降。HF 终点为 1e-7 而非 0。`,
    ),
  totalMismatch: (schedule: number, planned: number): Localised =>
    both(
      `The schedule ends at step ${formatStep(schedule)}, the run at ${formatStep(planned)}: give both the same length.`,
      `学习率计划止于步 ${formatStep(schedule)}，训练止于步 ${formatStep(planned)}：应设为相同。`,
    ),
};
