import { formatFactor, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

export const EVENT_LABEL = {
  level: both("Level before", "此前水平"),
  levelAfter: both("Level after", "此后水平"),
  top: both("Highest value", "最高值"),
  normFactor: both("Gradient norm against before", "梯度范数与此前之比"),
  spikeScore: both("Spike score (values 7 deviations off)", "尖峰得分（偏离 7 个标准差的比例）"),
  period: both("Period", "周期"),
  periodOfEpoch: both("Period as a share of the epoch", "周期占一个 epoch 的比例"),
  amplitude: both("Swing", "摆动幅度"),
  drop: both("Drop at an epoch boundary", "epoch 边界处的下降"),
} as const;

type Jump = { step: number; level: number; top: number };

/** @param normFactor how much the gradient norm rose with it; null when it did not or is not known */
export function spikeText({ step, level, top }: Jump, normFactor: number | null): Localised {
  const [en, zh] = withNorm(normFactor);
  return both(
    `Loss jumped from ${formatMetric(level)} to ${formatMetric(top)} at step ${formatStep(step)}${en}. ` +
      "One spike that comes back within some dozen steps needs nothing.",
    `步 ${formatStep(step)} 损失由 ${formatMetric(level)} 跳至 ${formatMetric(top)}${zh}。几十步内回落的单个尖峰无需处理。`,
  );
}

export function spikeOverdueText({ step, level, now, length }: Jump & { now: number; length: number }): Localised {
  return both(
    `Loss jumped at step ${formatStep(step)} and has not come back in ${formatStep(length)} records: ` +
      `${formatMetric(now)} now, ${formatMetric(level)} before. ` +
      "Go back at least 100 steps and skip the next 200 to 500 batches, or lower the learning rate a little.",
    `步 ${formatStep(step)} 损失跳升，${formatStep(length)} 条记录后仍未回落：现为 ${formatMetric(now)}，此前 ${formatMetric(level)}。` +
      "至少回退 100 步并跳过其后 200 至 500 个批次，或略微降低学习率。",
  );
}

export function spikeBackText({ step, length }: Jump & { length: number }): Localised {
  return both(
    `Loss is back after the spike at step ${formatStep(step)}; it took ${formatStep(length)} records.`,
    `步 ${formatStep(step)} 的尖峰已回落，历时 ${formatStep(length)} 条记录。`,
  );
}

export function spikesOftenText(count: number, records: number): Localised {
  return both(
    `${formatStep(count)} spikes of the loss in ${formatStep(records)} records, with the gradient norm. ` +
      "Clip the gradient at 1.0 or lower the learning rate; check beta2 and eps.",
    `${formatStep(records)} 条记录内损失出现 ${formatStep(count)} 次尖峰，梯度范数同时跳升。将梯度裁剪到 1.0 或降低学习率，并检查 beta2 与 eps。`,
  );
}

export function gradientSpikeText(step: number, factor: number): Localised {
  return both(
    `Gradient norm ${formatFactor(factor)} at step ${formatStep(step)}: loss spikes often follow within a few steps.`,
    `步 ${formatStep(step)} 梯度范数 ${formatFactor(factor)}：几步之内常会出现损失尖峰。`,
  );
}

export function gradientExplosionText(step: number, factor: number): Localised {
  return both(
    `Gradient norm ${formatFactor(factor)} since step ${formatStep(step)}, and it stays there: the update is all clipping by now. ` +
      "Go back to a checkpoint before it, and lower the learning rate or look at the batches there.",
    `步 ${formatStep(step)} 起梯度范数 ${formatFactor(factor)} 且未回落：更新已几乎全由裁剪决定。` +
      "回退到此前的检查点，并降低学习率或检查此处的批次。",
  );
}

export function gradientBackText(step: number): Localised {
  return both(
    `Gradient norm is back at its level at step ${formatStep(step)}.`,
    `步 ${formatStep(step)} 梯度范数已回到原水平。`,
  );
}

export function levelShiftText({ step, level, now, length }: Jump & { now: number; length: number }): Localised {
  return both(
    `Loss has a new level since step ${formatStep(step)}: ${formatMetric(now)} for ${formatStep(length)} records, ` +
      `${formatMetric(level)} before. First suspects: another data mix, a resume, the loss definition, the batch size.`,
    `步 ${formatStep(step)} 起损失处于新水平：${formatStep(length)} 条记录以来为 ${formatMetric(now)}，此前 ${formatMetric(level)}。` +
      "先查数据配比、恢复训练、损失定义和批大小。",
  );
}

/** @param ofEpoch the period as a share of the epoch; null while the epoch is not known */
export function periodicText(facts: { period: number; amplitude: number; ofEpoch: number | null }): Localised {
  const period = formatStep(facts.period);
  const [en, zh] =
    facts.ofEpoch === null
      ? ["", ""]
      : [`, ${formatShare(facts.ofEpoch)} of an epoch`, `，占一个 epoch 的 ${formatShare(facts.ofEpoch)}`];
  return both(
    `Loss swings ±${formatMetric(facts.amplitude)} with a period of about ${period} steps${en}. ` +
      "Most often the order of the data; the trend is not affected.",
    `损失以约 ${period} 步为周期摆动 ±${formatMetric(facts.amplitude)}${zh}。多半来自数据顺序，不影响趋势。`,
  );
}

export function epochStepsText(drop: number, epochs: number): Localised {
  return both(
    `Loss steps down by about ${formatMetric(drop)} at each of the last ${formatStep(epochs)} epoch boundaries: ` +
      "the model remembers what it has seen. Judge by the eval loss.",
    `最近 ${formatStep(epochs)} 个 epoch 边界处损失每次下降约 ${formatMetric(drop)}：模型在记忆见过的数据。以验证损失为准。`,
  );
}

/** @param verdict whether the level after is beyond noise below or above the one before */
export function resumedText(facts: {
  step: number;
  stoppedAt: number;
  before: number;
  after: number;
  change: "same" | "lower" | "higher";
}): Localised {
  const [step, stopped] = [formatStep(facts.step), formatStep(facts.stoppedAt)];
  const [before, after] = [formatMetric(facts.before), formatMetric(facts.after)];
  const tail = {
    same: ["", ""],
    lower: [
      " Data repeated after a resume looks too good: the loss may rise again where new data begins.",
      "恢复后重复的数据会显得过好：遇到新数据时损失可能回升。",
    ],
    higher: [
      " Optimiser state or the order of the data may not have been restored.",
      "优化器状态或数据顺序可能未恢复。",
    ],
  }[facts.change];
  return both(
    `Resumed at step ${step} after stopping at step ${stopped}: loss was ${before} before, is ${after} after.${tail[0]}`,
    `在步 ${stopped} 停止后从步 ${step} 恢复：损失此前 ${before}，此后 ${after}。${tail[1]}`,
  );
}

function withNorm(factor: number | null): [en: string, zh: string] {
  if (factor === null) return ["", ""];
  return [`, gradient norm ${formatFactor(factor)} with it`, `，梯度范数同时 ${formatFactor(factor)}`];
}
