import { formatFactor, formatLearningRate, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised, Schedule } from "#lib/protocol/index.ts";
import type { Body } from "../schedule/shapes.ts";
import { both } from "./both.ts";

export function rateJumpText(change: { step: number; from: number; to: number }): Localised {
  const k = change.from > 0 ? formatFactor(change.to / change.from) : `→ ${formatLearningRate(change.to)}`;
  const values = `${formatLearningRate(change.from)} → ${formatLearningRate(change.to)}`;
  return both(
    `Learning rate jumped ${k} off schedule at step ${formatStep(change.step)} (${values}).`,
    `步 ${formatStep(change.step)} 学习率偏离计划，跳变 ${k}（${values}）。`,
  );
}

/** @param body what was identified, rates as shares of `peak`; null when nothing was */
export function scheduleText(schedule: Omit<Schedule, "text">, body: Body | null, peak: number): Localised {
  if (body === null) {
    return schedule.warmupSteps > 0
      ? both("Learning rate is still rising; the schedule cannot be read yet.", "学习率仍在上升，暂时无法识别计划。")
      : both("No schedule we know fits the learning rate yet.", "目前没有匹配的学习率计划。");
  }
  const [bodyEn, bodyZh] = bodyText(schedule, body, peak);
  const warm = schedule.warmupSteps > 0;
  const n = formatStep(schedule.warmupSteps);
  const jump = schedule.changes[0];
  const fit = formatShare(schedule.fit);
  return both(
    `Schedule read as ${warm ? `linear warmup ${n} → ` : ""}${bodyEn}, fits ${fit}${
      jump ? ` up to step ${formatStep(jump.step)}` : ""
    }`,
    `识别出的计划：${warm ? `线性预热 ${n} 步 → ` : ""}${bodyZh}，吻合 ${fit}${
      jump ? `（至步 ${formatStep(jump.step)}）` : ""
    }`,
  );
}

type Both = [en: string, zh: string];

const DECAYS: Record<string, Both> = {
  linear: ["linear", "线性"],
  cosine: ["cosine", "余弦"],
  "one-minus-sqrt": ["1 \u2212 √", "1 \u2212 √ "],
  polynomial: ["polynomial", "多项式"],
};

function bodyText(schedule: Omit<Schedule, "text">, body: Body, peak: number): Both {
  const top = formatLearningRate(schedule.peak);
  switch (body.shape) {
    case "constant":
      return [`constant ${top} so far`, `目前恒定 ${top}`];
    case "step": {
      const levels = body.levels.map(({ share }) => formatLearningRate(peak * share)).join(" → ");
      return body.irregular
        ? [`reduced on plateau ${levels} so far`, `遇平台降低，目前 ${levels}`]
        : [`steps ${levels} so far`, `目前阶梯 ${levels}`];
    }
    case "cosine-restarts": {
      const { start, end } = body.cycles.at(-1)!;
      const span = formatStep(end - start);
      const floor = formatLearningRate(schedule.final ?? 0);
      return [
        `cosine to ${floor} with restarts, now every ${span} steps`,
        `余弦降至 ${floor} 并重启，目前每 ${span} 步一次`,
      ];
    }
    case "inverse-sqrt":
      return [`inverse square root from ${top}`, `自 ${top} 按平方根倒数下降`];
    case "exponential": {
      const half = formatStep(Math.LN2 / body.perStep);
      const decay: Both = [`exponential, halving every ${half} steps`, `指数下降，每 ${half} 步减半`];
      return body.held ? heldText(top, body.start, decay) : decay;
    }
    default: {
      const [en, zh] = DECAYS[body.shape]!;
      const power = body.shape === "polynomial" ? body.power.toFixed(1) : null;
      const final = formatLearningRate(schedule.final ?? 0);
      const end = schedule.totalSteps === null ? null : formatStep(schedule.totalSteps);
      const decay: Both = [
        `${en}${power === null ? "" : ` (power ${power})`} to ${final}${end === null ? "" : ` at step ${end}`}`,
        `${zh}${power === null ? "" : `（${power} 次）`}降至 ${final}${end === null ? "" : `（步 ${end}）`}`,
      ];
      return body.held ? heldText(top, body.start, decay) : decay;
    }
  }
}

function heldText(top: string, start: number, [en, zh]: Both): Both {
  const step = formatStep(start);
  return [`${top} to step ${step} → ${en}`, `保持 ${top} 至步 ${step} → ${zh}`];
}
