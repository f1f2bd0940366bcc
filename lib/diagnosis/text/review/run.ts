import { formatLearningRate, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "../both.ts";

const rate = formatLearningRate;
const count = formatStep;

export const CURVE_TEXT = {
  high: both(
    "The curve looks as it does when the rate is too high: divide it by 2 to 3.",
    "曲线呈现学习率过高的样子：除以 2 至 3。",
  ),
  low: both(
    "The curve is still a straight line: the rate may be three times as high.",
    "曲线仍是直线：学习率可提高到三倍。",
  ),
  ok: both("The curve looks as it does when the rate suits the run.", "曲线表现与合适的学习率一致。"),
  other: both("The curve does not tell whether the rate is right.", "曲线未能说明学习率是否合适。"),
};

export const BATCH_TEXT = {
  product: (factors: readonly number[], product: number): Localised => {
    const sum = `${factors.map(count).join(" × ")} = ${count(product)}`;
    return both(
      `${sum} examples per update (micro-batch × accumulation × devices); no global batch is declared to compare with.`,
      `每次更新 ${sum} 个样本（微批 × 累积 × 设备数）；未声明全局批大小，无法对照。`,
    );
  },
  differs: (factors: readonly number[], product: number, declared: number): Localised => {
    const sum = `${factors.map(count).join(" × ")} = ${count(product)}`;
    return both(
      `Micro-batch × accumulation × devices is ${sum}, the declared global batch is ${count(declared)}: one factor is wrong.`,
      `微批 × 累积 × 设备数为 ${sum}，而声明的全局批大小为 ${count(declared)}：有一个因子不对。`,
    );
  },
  large: (size: number, unit: "tokens" | "examples"): Localised =>
    both(
      `${formatMetric(size)} ${unit} per update is a large batch: faster, but may generalise worse; raise the LR with care (about √k for Adam).`,
      `每次更新 ${formatMetric(size)} ${unit === "tokens" ? "token" : "个样本"}，批量偏大：更快，但泛化可能变差；提高学习率要谨慎（Adam 约按 √k）。`,
    ),
  tiny: (share: number): Localised =>
    both(
      `Noise is ${formatShare(share)} of the progress and hides the trend: accumulate gradients, or log means.`,
      `噪声占进展的 ${formatShare(share)}，掩盖了趋势：使用梯度累积，或记录均值。`,
    ),
  equivalent: (steps: number): Localised =>
    both(
      `Accumulation over ${count(steps)} steps does not change the result in principle.`,
      `累积 ${count(steps)} 步原则上不改变结果。`,
    ),
  tokenMean: both(
    "Accumulation may average means of micro-batches instead of all tokens (bug of 2024): upgrade transformers beyond 4.45.2, or divide by all tokens.",
    "累积时可能对各微批的均值再取平均，而非按全部 token 平均（2024 年的缺陷）：升级 transformers 至 4.45.2 之后，或除以总 token 数。",
  ),
  batchNorm: both(
    "BatchNorm takes its statistics from the micro-batch, not from the accumulated one.",
    "BatchNorm 的统计量来自微批，而非累积后的批。",
  ),
};

export const PRECISION_TEXT = {
  fp16: both(
    "This GPU can do bf16: prefer it to fp16. BLOOM's 104B trials failed in fp16 and moved to bf16.",
    "此 GPU 支持 bf16：优先于 fp16。BLOOM 的 104B 试验在 fp16 下失败，后改用 bf16。",
  ),
  noScaler: both(
    "Dynamic loss scaling is off under fp16, which overflows: turn it on.",
    "fp16 未使用动态损失缩放，会溢出：应开启。",
  ),
  bf16Old: both(
    "GPUs before Ampere emulate bf16, slowly: use fp16 with dynamic loss scaling.",
    "Ampere 之前的 GPU 上 bf16 为模拟或很慢：改用 fp16 加动态损失缩放。",
  ),
  bf16Pure: both(
    "Weights and Adam states are all bf16: updates below 2^-8 of a weight are lost. Keep fp32 master weights, or round stochastically.",
    "权重与 Adam 状态全为 bf16：小于权重 2^-8 的更新会丢失。应保留 fp32 主权重，或使用随机舍入。",
  ),
};

export const MEMORY_TEXT = {
  checkpointing: both(
    "Gradient checkpointing is on: 20 to 33% more compute, activations O(n) → O(√n).",
    "已开启梯度检查点：计算增加 20% 至 33%，激活 O(n) → O(√n)。",
  ),
  turnOn: both("Memory is full: turn gradient checkpointing on.", "显存已满：开启梯度检查点。"),
  accumulate: both(
    "Memory is full: halve the micro-batch and double the accumulation; the global batch stays.",
    "显存已满：微批减半、累积加倍，全局批大小不变。",
  ),
  large: both(
    "A model of this size usually needs gradient checkpointing: 20 to 33% more time, activations O(n) → O(√n).",
    "此规模的模型通常需要梯度检查点：时间增加 20% 至 33%，激活 O(n) → O(√n)。",
  ),
  idle: (share: number): Localised =>
    both(
      `Peak memory is ${formatShare(share)}: gradient checkpointing can be turned off for speed.`,
      `显存峰值为 ${formatShare(share)}：可关闭梯度检查点以提速。`,
    ),
};

export const REGULARISATION_TEXT = {
  dropout: (value: number): Localised =>
    both(
      `Dropout ${rate(value)}: about 0.1 is usual where data is small or seen more than once.`,
      `dropout ${rate(value)}：数据少或多轮训练时常用约 0.1。`,
    ),
  dropoutLarge: (value: number): Localised =>
    both(
      `Dropout ${rate(value)}: pre-training that sees its data once does better without.`,
      `dropout ${rate(value)}：数据只过一遍的预训练不用 dropout 更好。`,
    ),
  clipNone: both("Gradients are not clipped: 1.0 is usual for transformers.", "未裁剪梯度：Transformer 常用 1.0。"),
  clipNoneSpikes: both(
    "Gradients are not clipped and their norm spikes: clip at 1.0.",
    "未裁剪梯度，且梯度范数有尖峰：应按 1.0 裁剪。",
  ),
  clipAlways: (share: number): Localised =>
    both(
      `Gradients are clipped in ${formatShare(share)} of the run: this acts as a lower learning rate.`,
      `全程 ${formatShare(share)} 的梯度被裁剪：相当于降低了学习率。`,
    ),
};

export const STOPPING_TEXT = {
  noEval: both(
    "No evaluation in a run of several epochs: evaluate, and stop when the validation loss has not improved for several epochs.",
    "多轮训练但没有评估：应加入评估，验证损失连续数轮无改善时停止。",
  ),
  noStopping: both(
    "No early stopping: stop when the validation loss has not improved for several epochs.",
    "没有早停：验证损失连续数轮无改善时应停止。",
  ),
  patience: (value: number): Localised =>
    both(
      `Patience of ${count(value)} evaluations is short: at 2, a third of runs lose more than 1%. Use 3 or more.`,
      `耐心值 ${count(value)} 次评估偏小：取 2 时三分之一的训练损失超过 1%。应取 3 以上。`,
    ),
  epochs: (value: number): Localised =>
    both(
      `${rate(value)} epochs on a small set: watch for overfitting.`,
      `小数据集上训练 ${rate(value)} 轮：留意过拟合。`,
    ),
};

export const LOGGING_TEXT = {
  sparse: (points: number, every: number): Localised =>
    both(
      `About ${count(points)} loss records by the end: verdicts need 100 or more. Log every ${count(every)} steps or oftener.`,
      `到结束约有 ${count(points)} 条损失记录：判断至少需要 100 条。建议每 ${count(every)} 步或更密地记录。`,
    ),
  nonfinite: both(
    "NaN was seen: divide the LR by 2 to 10, use dynamic loss scaling under fp16, then check the data.",
    "出现过 NaN：学习率除以 2 至 10，fp16 下使用动态损失缩放，再检查数据。",
  ),
};
