import { formatFactor, formatLearningRate, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

type Change = { step: number; from: number; to: number };

const values = ({ from, to }: Change): string => `${formatLearningRate(from)} → ${formatLearningRate(to)}`;
const factor = ({ from, to }: Change): string => (from > 0 ? formatFactor(to / from) : `→ ${formatLearningRate(to)}`);

export function dropText(change: Change): Localised {
  const step = formatStep(change.step);
  return both(
    `Learning rate stepped down ${factor(change)} at step ${step} (${values(change)}).`,
    `步 ${step} 学习率阶梯下降 ${factor(change)}（${values(change)}）。`,
  );
}

export function climbText(change: Change): Localised {
  const step = formatStep(change.step);
  return both(
    `Learning rate stepped up ${factor(change)} at step ${step} (${values(change)}), as a warmup in stairs does.`,
    `步 ${step} 学习率阶梯上升 ${factor(change)}（${values(change)}），如同阶梯式预热。`,
  );
}

export function restartText(change: Change): Localised {
  const step = formatStep(change.step);
  return both(
    `Learning rate restarted at step ${step} (${values(change)}); losses just before and after do not compare.`,
    `步 ${step} 学习率重启（${values(change)}），前后的损失不可直接比较。`,
  );
}

export function resumeMismatchText({ step, from, to }: Change): Localised {
  return both(
    `Learning rate is ${formatLearningRate(to)} at step ${formatStep(step)} after the resume; the schedule before it plans ${formatLearningRate(from)}. The scheduler's state was probably not restored.`,
    `恢复训练后步 ${formatStep(step)} 的学习率为 ${formatLearningRate(to)}，而此前的计划为 ${formatLearningRate(from)}。调度器状态很可能未恢复。`,
  );
}

export function secondWarmupText(change: Change): Localised {
  const step = formatStep(change.step);
  return both(
    `Learning rate warms up a second time from step ${step} (${values(change)}). The scheduler's state was probably not restored.`,
    `步 ${step} 起学习率再次预热（${values(change)}）。调度器状态很可能未恢复。`,
  );
}

export function phaseText(phase: "warmup" | "decay" | "floor", step: number, rate: number): Localised {
  const [at, lr] = [formatStep(step), formatLearningRate(rate)];
  switch (phase) {
    case "warmup":
      return both(`Warmup ended at step ${at}, at ${lr}.`, `预热于步 ${at} 结束，学习率 ${lr}。`);
    case "decay":
      return both(`Learning rate began to decay at step ${at}, from ${lr}.`, `学习率自步 ${at} 起从 ${lr} 开始下降。`);
    case "floor":
      return both(`Learning rate reached its floor ${lr} at step ${at}.`, `学习率于步 ${at} 降至下限 ${lr}。`);
  }
}

/** @param left the share of the run still to go; null when nobody knows */
export function zeroText(since: number, left: number | null): Localised {
  const step = formatStep(since);
  return both(
    `Learning rate is 0 since step ${step}${left === null ? "" : `, with ${formatShare(left)} of the run to go`}: nothing is learnt. Check the scheduler's total steps.`,
    `步 ${step} 起学习率为 0${left === null ? "" : `，而训练还剩 ${formatShare(left)}`}：模型不再学习。检查调度器的总步数。`,
  );
}

export function nonzeroEndText(rate: number, peak: number, end: number): Localised {
  return both(
    `The run ended at ${formatShare(rate / peak)} of its peak learning rate; its schedule goes down to step ${formatStep(end)}. The last gain of the decay is missing.`,
    `训练结束时学习率仍为峰值的 ${formatShare(rate / peak)}，而计划到步 ${formatStep(end)} 才降完，缺少退火末段的收益。`,
  );
}

export function overrunText(end: number, floor: number): Localised {
  return both(
    `The schedule ended at step ${formatStep(end)}; further steps at ${formatLearningRate(floor)} change little.`,
    `计划已于步 ${formatStep(end)} 结束，继续以 ${formatLearningRate(floor)} 训练变化不大。`,
  );
}

export function scheduleMismatchText(declared: string, read: string, fit: number): Localised {
  return both(
    `The config asks for the schedule ${declared}, the learning rate follows ${read} (fits ${formatShare(fit)}). Check which scheduler is stepped.`,
    `配置的学习率计划为 ${declared}，实际学习率符合 ${read}（吻合 ${formatShare(fit)}）。检查实际使用的调度器。`,
  );
}

export function stuckWarmupText(step: number, planned: number | null): Localised {
  const at = formatStep(step);
  return planned === null
    ? both(
        `Learning rate still rises at step ${at}, a fifth of the run.`,
        `步 ${at} 已是全程的五分之一，学习率仍在上升。`,
      )
    : both(
        `Learning rate still rises at step ${at}; the warmup was to take ${formatStep(planned)} steps.`,
        `步 ${at} 学习率仍在上升，而预热本应为 ${formatStep(planned)} 步。`,
      );
}
