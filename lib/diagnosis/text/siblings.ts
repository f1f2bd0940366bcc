import { formatLearningRate, formatMetric } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

type SiblingFacts = {
  judgement: "too_high" | "too_low" | "fine";
  rank: number;
  of: number;
  /** Levels at the same step; null where this run has failed. */
  level: number | null;
  best: { name: string; rate: number; level: number };
  /** The lowest rate that failed, when everything from it on did. */
  failedFrom: number | null;
};

/** How a run stands among runs at other rates: who does better at the same step, which rate won, which ones failed. */
export function siblingsText({ judgement, rank, of, level, best, failedFrom }: SiblingFacts): Localised {
  const rate = formatLearningRate(best.rate);
  const won = formatMetric(best.level);
  const tail =
    failedFrom === null
      ? both(".", "。")
      : both(
          `; ${formatLearningRate(failedFrom)} and above failed.`,
          `；${formatLearningRate(failedFrom)} 及以上失败。`,
        );
  const say = (en: string, zh: string): Localised => both(`${en}${tail.en}`, `${zh}${tail["zh-CN"]}`);
  if (rank === 1) {
    return say(
      `Best of ${of} runs at the same step, at ${won}: LR ${rate} won`,
      `同一步数上 ${of} 个运行中最好，为 ${won}：学习率 ${rate} 胜出`,
    );
  }
  if (level === null) {
    return say(
      `Failed where run ${best.name} went on to ${won}: LR ${rate} won`,
      `本运行失败，而运行 ${best.name} 降到了 ${won}：学习率 ${rate} 胜出`,
    );
  }
  const own = formatMetric(level);
  if (judgement === "fine") {
    return say(
      `Close to the best of ${of} runs at the same step, ${best.name}: ${own} against ${won}; LR ${rate} won`,
      `同一步数上接近 ${of} 个运行中最好的 ${best.name}：${own} 对 ${won}；学习率 ${rate} 胜出`,
    );
  }
  return say(
    `Run ${best.name} does better at the same step: ${won} against ${own}; LR ${rate} won`,
    `运行 ${best.name} 在同一步数上更好：${won} 对 ${own}；学习率 ${rate} 胜出`,
  );
}

export const SIBLING_LABEL = {
  regret: both("Lost against the best run", "与最佳运行相比的损失"),
  bestRate: both("Best learning rate", "最佳学习率"),
} as const;
