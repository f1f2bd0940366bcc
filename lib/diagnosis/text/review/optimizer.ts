import { formatLearningRate } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "../both.ts";

const rate = formatLearningRate;

export const OPTIMIZER_TEXT = {
  decayRange: (value: number): Localised =>
    value === 0
      ? both(
          "Weight decay is off: 0.01 to 0.1 is usual, 0.1 in LLM pre-training.",
          "未使用权重衰减：常用 0.01 至 0.1，大模型预训练用 0.1。",
        )
      : both(
          `Weight decay ${rate(value)}: 0.01 to 0.1 is usual, 0.1 in LLM pre-training.`,
          `权重衰减 ${rate(value)}：常用 0.01 至 0.1，大模型预训练用 0.1。`,
        ),
  decayLora: (value: number): Localised =>
    both(
      `Weight decay ${rate(value)} on an adapter: 0 to 0.01 is common, the effect is small.`,
      `适配器上的权重衰减 ${rate(value)}：常用 0 至 0.01，影响很小。`,
    ),
  decayNorms: both(
    "Decay acts on norms and biases: exclude one-dimensional parameters.",
    "权重衰减作用于归一化层和偏置：应排除一维参数。",
  ),
  decayL2: both(
    "Adam's weight decay is L2, not decoupled decay: use AdamW.",
    "Adam 的权重衰减是 L2 正则，并非解耦衰减：改用 AdamW。",
  ),
  beta1: (value: number): Localised =>
    both(`Beta1 is ${rate(value)}: 0.9 is usual.`, `beta1 为 ${rate(value)}：常用 0.9。`),
  beta2Article: (value: number): Localised =>
    both(
      `Beta2 is ${rate(value)}: the default rule is 0.999; current practice has 0.95 to 0.999.`,
      `beta2 为 ${rate(value)}：默认规则为 0.999；当前做法为 0.95 至 0.999。`,
    ),
  beta2Pretrain: both(
    "Beta2 0.999 reacts slowly to changes of the gradient's scale: 0.95 is usual (0.95 to 0.98). OPT went from 0.98 to 0.95.",
    "beta2 0.999 对梯度尺度变化反应慢：常用 0.95（0.95 至 0.98）。OPT 由 0.98 改为 0.95。",
  ),
  beta2Low: (value: number): Localised =>
    both(
      `Beta2 ${rate(value)} makes the second moment noisy: raise it to 0.95 or more.`,
      `beta2 ${rate(value)} 使二阶矩噪声过大：提高到 0.95 以上。`,
    ),
  beta2Sparse: both(
    "Gradients are sparse: tuning beta2 may help; keep the default otherwise.",
    "梯度稀疏：可尝试调整 beta2；否则保持默认。",
  ),
  epsPlain: (value: number): Localised =>
    both(
      `Eps is ${rate(value)}: 1e-8 is usual. OLMo 2 went from 1e-5 to 1e-8 for a calmer gradient norm; some LLM recipes use 1e-5.`,
      `eps 为 ${rate(value)}：常用 1e-8。OLMo 2 由 1e-5 改为 1e-8，梯度范数更平稳；部分大模型配方用 1e-5。`,
    ),
  epsMixed: (value: number): Localised =>
    both(`Eps ${rate(value)} under fp16: use 1e-7 or 1e-6.`, `fp16 下 eps 为 ${rate(value)}：改用 1e-7 或 1e-6。`),
  epsVanishes: (value: number): Localised =>
    both(
      `Eps ${rate(value)} rounds to 0 in fp16 optimiser states, whose smallest number is 6e-8: use 1e-7 or 1e-6, or fp32 states.`,
      `eps ${rate(value)} 在 fp16 优化器状态中会舍入为 0（最小值 6e-8）：改用 1e-7 或 1e-6，或使用 fp32 状态。`,
    ),
};
