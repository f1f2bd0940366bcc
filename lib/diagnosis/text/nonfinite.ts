import { formatFactor, formatLearningRate, formatMetric, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { resumeAdvice } from "./advice.ts";
import { both, type Sentence } from "./both.ts";

export const NONFINITE_LABEL = {
  lossScale: both("Loss scale then", "当时的 loss scale"),
  scale: both("Loss scale", "loss scale"),
  highestScale: both("Highest loss scale", "最高 loss scale"),
  skipped: both("Skipped updates", "跳过的更新"),
  records: both("Records", "记录数"),
  value: both("Value", "数值"),
  lastLoss: both("Last loss", "最后的损失"),
} as const;

export type NonfiniteFacts = {
  kind: "nan" | "inf" | "filtered";
  loss: number;
  step: number;
  good: { step: number; loss: number } | null;
  gradNorm: number;
  /** Gradient norm some steps before, and how many; null when it was not logged. */
  normBefore: { gradNorm: number; steps: number } | null;
  /** How much it had risen until the last good step, as a factor; 1 when unknown. */
  normRise: number;
  /** How often the loss scale had been halved. */
  halvings: number;
  normFinite: boolean;
  rate: number;
  atPeak: boolean;
};

/** Smaller rises of the gradient norm before a failure are its ordinary noise. */
const RISE_TOLD = 3;
/** So many halvings in a few dozen records are overflow, not the scaler's probing. */
const OVERFLOW_HALVINGS = 3;

/** "Loss is NaN from step 121": what failed, from what, at which rate, after what. */
export function nonfiniteReason(facts: NonfiniteFacts): Localised {
  const { normRise, halvings } = facts;
  const step = formatStep(facts.step);
  const en: string[] = [];
  const zh: string[] = [];
  if (facts.kind === "filtered") {
    en.push(`Loss is not a number from step ${step}: logged as 0 with gradient norm NaN`);
    zh.push(`步 ${step} 起损失不是数值：日志写作 0，而梯度范数为 NaN`);
  } else {
    en.push(`Loss is ${formatMetric(facts.loss)} from step ${step}`);
    zh.push(`步 ${step} 起损失为 ${formatMetric(facts.loss)}`);
  }
  if (facts.good) {
    en.push(`last finite value ${formatMetric(facts.good.loss)} at step ${formatStep(facts.good.step)}`);
    zh.push(`最后的有限值为步 ${formatStep(facts.good.step)} 的 ${formatMetric(facts.good.loss)}`);
  }
  if (facts.normBefore) {
    const { gradNorm, steps } = facts.normBefore;
    const now = Number.isNaN(facts.gradNorm) ? "NaN" : formatMetric(facts.gradNorm);
    const rose = normRise >= RISE_TOLD;
    en.push(
      `gradient norm went from ${formatMetric(gradNorm)} to ${now} in ${formatStep(steps)} steps` +
        (rose ? ` (${formatFactor(normRise)} before it failed)` : ""),
    );
    zh.push(
      `此前 ${formatStep(steps)} 步梯度范数由 ${formatMetric(gradNorm)} 变为 ${now}` +
        (rose ? `（失效前已 ${formatFactor(normRise)}）` : ""),
    );
  }
  if (halvings > 0) {
    en.push(`loss scale halved ${formatFactor(halvings).replace(".0", "")} before`);
    zh.push(`此前 loss scale 减半 ${formatStep(halvings)} 次`);
  }
  if (Number.isFinite(facts.rate)) {
    en.push(`LR ${formatLearningRate(facts.rate)}${facts.atPeak ? ", at its peak" : ""}`);
    zh.push(`学习率 ${formatLearningRate(facts.rate)}${facts.atPeak ? "（处于峰值）" : ""}`);
  }
  return both(`${en.join("; ")}.`, `${zh.join("；")}。`);
}

/** A cause with evidence goes first (DIAGNOSIS.md §5): overflow, then a batch, and the rate in any case. */
export function nonfiniteText(facts: NonfiniteFacts & { next: number | null }): Sentence {
  return { reason: nonfiniteReason(facts), advice: joined(causeAdvice(facts), resumeAdvice(facts.next)) };
}

function causeAdvice({ kind, halvings, normRise, normFinite }: NonfiniteFacts): Localised | null {
  if (halvings >= OVERFLOW_HALVINGS) {
    return both(
      "The loss scaler was losing against overflow: train in bf16 where the GPU has it.",
      "loss scaler 已无法避免溢出：GPU 支持时改用 bf16。",
    );
  }
  if (kind === "inf" && normFinite && normRise < RISE_TOLD) {
    return both(
      "Look at the last 3 batches: log(0), overlong or fully masked samples.",
      "检查最近 3 个批次：log(0)、超长或全部被掩码的样本。",
    );
  }
  return null;
}

function joined(first: Localised | null, second: Localised): Localised {
  return first === null ? second : both(`${first.en} ${second.en}`, `${first["zh-CN"]}${second["zh-CN"]}`);
}

export function gradientOnlyText(step: number, gradNorm: number): Localised {
  const value = formatMetric(gradNorm);
  return both(
    `Gradient norm is ${value} at step ${formatStep(step)} while the loss is finite: one skipped update is normal in fp16.`,
    `步 ${formatStep(step)} 梯度范数为 ${value}，损失仍是有限值：fp16 下偶尔跳过一次更新属正常现象。`,
  );
}

/** @param precision "bf16" or "fp32" where the config tells it */
export function gradientUnscaledText(facts: {
  step: number;
  gradNorm: number;
  records: number;
  precision: string | null;
}): Localised {
  const value = formatMetric(facts.gradNorm);
  const step = formatStep(facts.step);
  const [en, zh] =
    facts.precision === null
      ? [
          `in ${formatStep(facts.records)} records in a row, without a loss scaler`,
          `已连续 ${formatStep(facts.records)} 条记录，且没有 loss scaler`,
        ]
      : [
          `in ${facts.precision}, where no loss scaler skips the update`,
          `精度为 ${facts.precision}，没有 loss scaler 跳过更新`,
        ];
  return both(
    `Gradient norm is ${value} from step ${step} ${en}: the weights are NaN or soon will be. ` +
      "Stop; resume from the last checkpoint before that step and look at its last 3 batches.",
    `步 ${step} 起梯度范数为 ${value}，${zh}：权重已经或即将变为 NaN。立即停止，从该步之前的检查点继续，并检查最近 3 个批次。`,
  );
}

export function skipRateText(facts: { step: number; skipped: number; steps: number; scale: number }): Localised {
  const [skipped, steps] = [formatStep(facts.skipped), formatStep(facts.steps)];
  const known = facts.scale > 0;
  return both(
    `${skipped} updates skipped for overflow within ${steps} steps${known ? `; loss scale is down to ${formatMetric(facts.scale)}` : ""}. ` +
      "Lower the learning rate, look at the last batches, or train in bf16.",
    `${steps} 步内因溢出跳过 ${skipped} 次更新${known ? `；loss scale 已降至 ${formatMetric(facts.scale)}` : ""}。` +
      "降低学习率，检查最近的批次，或改用 bf16。",
  );
}

export function scaleFloorText(facts: { step: number; scale: number; from: number; steps: number }): Localised {
  const [scale, from] = [formatMetric(facts.scale), formatMetric(facts.from)];
  return both(
    `Loss scale fell from ${from} to ${scale} in ${formatStep(facts.steps)} steps: a real overflow, not the scaler's search. ` +
      "Train in bf16 where the GPU has it; else lower the learning rate and look at the last 3 batches.",
    `loss scale 在 ${formatStep(facts.steps)} 步内由 ${from} 降至 ${scale}：确有溢出，并非 scaler 的正常搜索。` +
      "GPU 支持时改用 bf16；否则降低学习率并检查最近 3 个批次。",
  );
}

export function scaleCollapseText(facts: { step: number; scale: number; highest: number; steps: number }): Localised {
  const [scale, highest] = [formatMetric(facts.scale), formatMetric(facts.highest)];
  return both(
    `Loss scale has been at ${scale} or below for ${formatStep(facts.steps)} steps; it was ${highest}. ` +
      "Small gradients are lost to fp16: lower the learning rate or train in bf16.",
    `loss scale 已有 ${formatStep(facts.steps)} 步不高于 ${scale}，此前为 ${highest}。fp16 会丢失小梯度：降低学习率或改用 bf16。`,
  );
}

export function zeroGradientText(step: number, records: number): Localised {
  return both(
    `Gradient norm is exactly 0 from step ${formatStep(step)}, ${formatStep(records)} records in a row: nothing is learnt. ` +
      "Check for underflow, frozen parameters, a detached graph or fully masked labels.",
    `步 ${formatStep(step)} 起梯度范数恰为 0，已连续 ${formatStep(records)} 条记录：模型没有学习。检查下溢、冻结的参数、断开的计算图或全部被掩码的标签。`,
  );
}

export function constantLossText(step: number, loss: number, records: number): Localised {
  const advice =
    loss === 0
      ? both("A NaN turned into 0, or every label is masked.", "可能是 NaN 被替换为 0，或所有标签被掩码。")
      : both(
          "A dead loss, masked labels, or the same value logged again.",
          "损失失效、标签被掩码，或重复记录同一数值。",
        );
  return both(
    `Loss is exactly ${formatMetric(loss)} from step ${formatStep(step)}, ${formatStep(records)} records in a row. ${advice.en}`,
    `步 ${formatStep(step)} 起损失恰为 ${formatMetric(loss)}，已连续 ${formatStep(records)} 条记录。${advice["zh-CN"]}`,
  );
}

/** @param facts.bad the gradient norm beside them is no number either */
export function lateReportText(facts: { step: number; records: number; lastStep: number; bad: boolean }): Localised {
  const [step, records, last] = [formatStep(facts.step), formatStep(facts.records), formatStep(facts.lastStep)];
  return both(
    `Records go on without a loss since step ${step} (${records} so far; last loss at step ${last})` +
      `${facts.bad ? ", with a gradient norm that is not a number" : ""}: many loggers leave out or write null for NaN. ` +
      "Check the loss itself; if it is NaN, stop and resume from the last good checkpoint.",
    `步 ${step} 起的记录没有损失（已有 ${records} 条；最后的损失在步 ${last}）${facts.bad ? "，且梯度范数不是数值" : ""}：` +
      "许多日志器会省略 NaN 或写作 null。检查损失本身；若为 NaN，立即停止并从最近的正常检查点继续。",
  );
}

export function missingLossText(step: number, lastStep: number): Localised {
  return both(
    `No loss since step ${formatStep(lastStep)}, although training has reached step ${formatStep(step)}. ` +
      "Its curve cannot be judged; check what the trainer logs.",
    `步 ${formatStep(lastStep)} 之后没有损失记录，而训练已到步 ${formatStep(step)}。无法判断曲线；检查训练程序记录的内容。`,
  );
}
