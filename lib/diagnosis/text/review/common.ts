import type { Localised } from "#lib/protocol/index.ts";
import { both } from "../both.ts";

export const USUAL = both("As usual.", "符合常用做法。");

/** What is not known by a config's name, in words. */
const WORDS: Record<string, Localised> = {
  range: both("the kind of training", "训练类型"),
  settledPeak: both("the peak learning rate", "峰值学习率"),
  peakRate: both("the peak learning rate", "峰值学习率"),
  totalSteps: both("the planned steps", "计划步数"),
  plannedSteps: both("the planned steps", "计划步数"),
  warmup: both("warm-up", "预热"),
  warmupShare: both("the planned steps", "计划步数"),
  warmupStart: both("the measured warm-up", "实测的预热过程"),
  decay: both("the schedule", "学习率计划"),
  decayEnd: both("where the schedule ends", "学习率计划的终点"),
  product: both("micro-batch, accumulation or devices", "微批、累积或设备数"),
  batch: both("the global batch", "全局批大小"),
  noiseShare: both("the noise of the loss", "损失的噪声"),
  verdict: both("the verdict", "判断"),
  ampere: both("the GPU", "GPU 型号"),
  pureBf16: both("the number format of the optimiser's states", "优化器状态的精度"),
  stateDtype: both("the number format of the optimiser's states", "优化器状态的精度"),
  checkpoints: both("gradient checkpointing", "梯度检查点"),
  memoryFull: both("GPU memory in use", "显存占用"),
  memoryShare: both("GPU memory in use", "显存占用"),
  clippedShare: both("the gradient norm", "梯度范数"),
  passes: both("epochs", "训练轮数"),
  singlePass: both("epochs", "训练轮数"),
  examples: both("the size of the data set", "数据集大小"),
  evaluates: both("evaluation", "评估设置"),
  loggedPoints: both("the planned steps", "计划步数"),
};

/** @param names of what is missing, as the review calls it */
export function unknownText(names: readonly string[]): Localised {
  const words = names.map((name) => {
    const plain = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return WORDS[name] ?? both(plain, plain);
  });
  const list = (language: keyof Localised): string[] => [...new Set(words.map((word) => word[language]))];
  return both(`Not known: ${list("en").join(", ")}.`, `未知：${list("zh-CN").join("、")}。`);
}

export function defaultText(value: string): Localised {
  return both(`Not set: the framework's default ${value} applies.`, `未设置：使用框架默认值 ${value}。`);
}

/** What may differ from advice read elsewhere, a line each: to be shown with the review. */
export const DEVIATIONS: readonly Localised[] = [
  both(
    "Beta2 0.95 is usual in pre-training; the default rule says 0.999.",
    "预训练常用 beta2 0.95；默认规则为 0.999。",
  ),
  both(
    "The learning-rate range 1e-5 to 5e-5 is for full fine-tuning only.",
    "学习率范围 1e-5 至 5e-5 只适用于全参数微调。",
  ),
  both(
    "Eps 1e-8 suits fp32 and bf16; some LLM recipes use 1e-5, fp16 wants 1e-7 or 1e-6.",
    "eps 1e-8 适用于 fp32 和 bf16；部分大模型配方用 1e-5，fp16 宜用 1e-7 或 1e-6。",
  ),
  both(
    "Linear decay to zero is called too fast by the default rule, and did best in a 2025 comparison.",
    "默认规则认为线性衰减到零过快；2025 年的对比中它效果最好。",
  ),
  both(
    "Gradient accumulation is equivalent only if the loss is averaged over all tokens.",
    "只有按全部 token 求平均时，梯度累积才等价。",
  ),
  both(
    "Gradient checkpointing costs 20 to 33% more time, not 20 to 30%.",
    "梯度检查点的时间开销为 20% 至 33%，而非 20% 至 30%。",
  ),
  both("Dropout 0.1 is not for one-epoch LLM pre-training.", "dropout 0.1 不适用于单轮大模型预训练。"),
];
