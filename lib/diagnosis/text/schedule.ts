import { formatFactor, formatLearningRate, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised, Schedule } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

export function rateJumpText(change: { step: number; from: number; to: number }): Localised {
  const k = change.from > 0 ? formatFactor(change.to / change.from) : `→ ${formatLearningRate(change.to)}`;
  const values = `${formatLearningRate(change.from)} → ${formatLearningRate(change.to)}`;
  return both(
    `Learning rate jumped ${k} off schedule at step ${formatStep(change.step)} (${values}).`,
    `步 ${formatStep(change.step)} 学习率偏离计划，跳变 ${k}（${values}）。`,
  );
}

const SHAPES: Record<string, [en: string, zh: string]> = {
  constant: ["constant", "恒定"],
  linear: ["linear", "线性降至"],
  cosine: ["cosine", "余弦降至"],
};

export function scheduleText(schedule: Omit<Schedule, "text">): Localised {
  if (schedule.kind === "unknown") {
    return schedule.warmupSteps > 0
      ? both("Learning rate is still rising; the schedule cannot be read yet.", "学习率仍在上升，暂时无法识别计划。")
      : both("No schedule we know fits the learning rate yet.", "目前没有匹配的学习率计划。");
  }
  const warm = schedule.warmupSteps > 0;
  const [shapeEn, shapeZh] = SHAPES[schedule.kind.replace("warmup-", "")]!;
  const peak = formatLearningRate(schedule.peak);
  const final = schedule.final === null ? null : formatLearningRate(schedule.final);
  const bodyEn = final === null ? `${shapeEn} ${peak} so far` : `${shapeEn} to ${final}`;
  const bodyZh = final === null ? `目前${shapeZh} ${peak}` : `${shapeZh} ${final}`;
  const endEn = schedule.totalSteps === null ? "" : ` at step ${formatStep(schedule.totalSteps)}`;
  const endZh = schedule.totalSteps === null ? "" : `（步 ${formatStep(schedule.totalSteps)}）`;
  const n = formatStep(schedule.warmupSteps);
  const jump = schedule.changes[0];
  const fit = formatShare(schedule.fit);
  return both(
    `Schedule read as ${warm ? `linear warmup ${n} → ` : ""}${bodyEn}${endEn}, fits ${fit}${
      jump ? ` up to step ${formatStep(jump.step)}` : ""
    }`,
    `识别出的计划：${warm ? `线性预热 ${n} 步 → ` : ""}${bodyZh}${endZh}，吻合 ${fit}${
      jump ? `（至步 ${formatStep(jump.step)}）` : ""
    }`,
  );
}
