import { formatLearningRate } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

export function lowerRate(next: number | null, why: Localised): Localised {
  if (next === null) return both("Halve the learning rate; change nothing else.", "把学习率减半，其他参数不变。");
  const rate = formatLearningRate(next);
  return both(`Set LR to ${rate}. ${why.en}`, `把学习率设为 ${rate}。${why["zh-CN"]}`);
}

export function resumeAdvice(next: number | null): Localised {
  if (next === null) {
    return both(
      "Stop. Resume from the last good checkpoint with a quarter of the learning rate.",
      "立即停止，从最近的正常检查点以四分之一的学习率继续。",
    );
  }
  const rate = formatLearningRate(next);
  return both(
    `Stop. Resume from the last good checkpoint with LR ${rate}.`,
    `立即停止，从最近的正常检查点以学习率 ${rate} 继续。`,
  );
}
