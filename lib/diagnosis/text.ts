import {
  formatDuration,
  formatFactor,
  formatLearningRate,
  formatMetric,
  formatShare,
  formatStep,
  formatTimes,
} from "#lib/core/index.ts";
import type { Localised, Schedule } from "#lib/protocol/index.ts";

/**
 * Every sentence the diagnosis says, in each language, after design/README.md §12: fact, number, advice. A number that is
 * not known leaves its clause out. `null` for a learning rate means that the log does not tell it.
 */
const both = (en: string, zh: string): Localised => ({ en, "zh-CN": zh });

export const LABEL = {
  giveBack: both("Given back of the gain", "回吐的进展"),
  swing: both("Swing against before", "摆动与此前之比"),
  swingNow: both("Swing around the trend", "围绕趋势的摆动"),
  noise: both("Noise against the gain", "噪声与进展之比"),
  slope: both("Change per 1k steps", "每千步变化"),
  straightness: both("Straightness of the descent", "下降的直线程度"),
  recentGain: both("Gain in the last third", "最近三分之一的进展"),
  rise: both("Above its best level", "高于最佳水平"),
  gradNorm: both("Gradient norm", "梯度范数"),
  gradNormBefore: both("Gradient norm before", "此前的梯度范数"),
  lastGood: both("Last finite loss", "最后的有限损失"),
  firstBad: both("First bad step", "首个异常步"),
  learningRate: both("Learning rate then", "当时的学习率"),
  predicted: both("Before the jump", "跳变前"),
  measured: both("After the jump", "跳变后"),
  bestEval: both("Best eval loss", "最佳验证损失"),
  evalsSinceBest: both("Checks since the best", "距最佳的验证次数"),
} as const;

export type Sentence = { reason: Localised; advice: Localised };

const NOTHING_TO_DO = both("Nothing to do.", "无需操作。");

/** @param restarted the records are counted from a restart on */
export function readingText(seen: number, needed: number, msPerRecord: number | null, restarted: boolean): Sentence {
  const left = Math.max(0, needed - seen);
  const wait = msPerRecord === null ? null : msPerRecord * left;
  return {
    reason: both(
      `${formatStep(seen)} of ${formatStep(needed)} loss records seen${restarted ? " since the restart" : ""}.`,
      `${restarted ? "重启后" : ""}已读取 ${formatStep(seen)} / ${formatStep(needed)} 条损失记录。`,
    ),
    advice:
      wait === null || left === 0
        ? both("First verdict once there are enough records.", "记录足够后给出首个判断。")
        : both(
            `First verdict in about ${formatDuration(wait, "en")}.`,
            `约 ${formatDuration(wait, "zh-CN")}后给出首个判断。`,
          ),
  };
}

export function healthyText(facts: { slopePer1k: number; swing: number }): Sentence {
  const swing = formatMetric(facts.swing);
  if (!(facts.slopePer1k < 0)) {
    return {
      reason: both(`Loss has levelled off; swing ±${swing}.`, `损失已趋于平稳；摆动 ±${swing}。`),
      advice: NOTHING_TO_DO,
    };
  }
  const slope = formatMetric(-facts.slopePer1k);
  return {
    reason: both(
      `Loss falls ${slope} per 1k steps, as its own trend predicts; swing ±${swing}.`,
      `每千步下降 ${slope}，与自身趋势一致；摆动 ±${swing}。`,
    ),
    advice: NOTHING_TO_DO,
  };
}

export function oscillatingText(facts: {
  swing: number;
  /** How many times the swing before; null when nothing before compares. */
  times: number | null;
  since: number;
  slopePer1k: number;
  givenBack: number;
  next: number | null;
}): Sentence {
  const swing = formatMetric(facts.swing);
  const known = facts.times !== null && facts.times >= 1.2;
  const timesEn = known ? `, ${formatTimes(facts.times!)} the level before step ${formatStep(facts.since)}` : "";
  const timesZh = known ? `，是步 ${formatStep(facts.since)} 之前的 ${formatTimes(facts.times!)}` : "";
  const falls = facts.slopePer1k < 0;
  const trendEn = falls ? `falls only ${formatMetric(-facts.slopePer1k)} per 1k steps` : "no longer falls";
  const trendZh = falls ? `每千步仅下降 ${formatMetric(-facts.slopePer1k)}` : "不再下降";
  const share = facts.givenBack < 0.05 ? null : formatShare(facts.givenBack);
  return {
    reason: both(
      `Loss swings ±${swing} around its trend${timesEn}, and ${trendEn}${share === null ? "" : `; it gave back ${share} of its gain`}.`,
      `损失围绕趋势上下摆动 ±${swing}${timesZh}；${trendZh}${share === null ? "" : `；已回吐 ${share} 的进展`}。`,
    ),
    advice: lowerRate(facts.next, both("Half of now; change nothing else.", "减半即可，其他参数不变。")),
  };
}

export function tooSlowText(facts: {
  slopePer1k: number;
  gradNorm: number | null;
  rampSteps: number;
  next: number | null;
}): Sentence {
  const slope = formatMetric(Math.max(0, -facts.slopePer1k));
  const norm = facts.gradNorm === null ? null : formatMetric(facts.gradNorm);
  return {
    reason: both(
      `Loss falls ${slope} per 1k steps, still in a straight line: a higher learning rate or more steps would help${
        norm === null ? "" : `; gradient norm is steady at ${norm}`
      }.`,
      `每千步下降 ${slope}，仍是一条直线：提高学习率或增加步数会有帮助${
        norm === null ? "" : `；梯度范数稳定在 ${norm}`
      }。`,
    ),
    advice:
      facts.next === null
        ? both(
            "Raise the learning rate to three times now, or plan more steps.",
            "把学习率提高到现在的三倍，或增加训练步数。",
          )
        : both(
            `Raise LR to ${formatLearningRate(facts.next)} over ${formatStep(facts.rampSteps)} steps, or plan more steps.`,
            `用 ${formatStep(facts.rampSteps)} 步把学习率升到 ${formatLearningRate(facts.next)}，或增加训练步数。`,
          ),
  };
}

export function stalledText(steps: number): Sentence {
  const n = formatStep(steps);
  return {
    reason: both(
      `No gain beyond noise for ${n} steps, under a learning rate that is still high.`,
      `已有 ${n} 步无明显进展，学习率仍处于高位。`,
    ),
    advice: both(
      "Start the decay now or lower the learning rate: it shows whether there is progress underneath.",
      "现在开始衰减或降低学习率，以查看是否仍有进展。",
    ),
  };
}

export function noProgressText(steps: number): Sentence {
  const n = formatStep(steps);
  return {
    reason: both(
      `No descent beyond noise in ${n} steps since the start.`,
      `开始以来 ${n} 步，损失没有超出噪声的下降。`,
    ),
    advice: both(
      "Check labels, frozen parameters, loss masking and the data loader before the learning rate.",
      "先检查标签、冻结的参数、损失掩码和数据加载，再看学习率。",
    ),
  };
}

export function divergingText(facts: {
  rise: number;
  steps: number;
  gradNorm: number | null;
  next: number | null;
}): Sentence {
  const [rise, steps] = [formatMetric(facts.rise), formatStep(facts.steps)];
  const norm = facts.gradNorm === null ? null : formatMetric(facts.gradNorm);
  return {
    reason: both(
      `Loss has risen ${rise} in ${steps} steps${norm === null ? "" : `; gradient norm ${norm}`}.`,
      `损失在 ${steps} 步内上升 ${rise}${norm === null ? "" : `；梯度范数 ${norm}`}。`,
    ),
    advice: resumeAdvice(facts.next),
  };
}

export type NonfiniteFacts = {
  kind: "nan" | "inf" | "filtered";
  loss: number;
  step: number;
  good: { step: number; loss: number } | null;
  gradNorm: number;
  /** Gradient norm some steps before, and how many; null when it was not logged. */
  normBefore: { gradNorm: number; steps: number } | null;
  rate: number;
};

/** "Loss is NaN from step 121": what failed, from what, at which rate. */
export function nonfiniteReason(facts: NonfiniteFacts): Localised {
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
    en.push(`gradient norm went from ${formatMetric(gradNorm)} to ${now} in ${formatStep(steps)} steps`);
    zh.push(`此前 ${formatStep(steps)} 步梯度范数由 ${formatMetric(gradNorm)} 变为 ${now}`);
  }
  if (Number.isFinite(facts.rate)) {
    en.push(`LR ${formatLearningRate(facts.rate)}`);
    zh.push(`学习率 ${formatLearningRate(facts.rate)}`);
  }
  return both(`${en.join("; ")}.`, `${zh.join("；")}。`);
}

export function nonfiniteText(facts: NonfiniteFacts & { next: number | null }): Sentence {
  return { reason: nonfiniteReason(facts), advice: resumeAdvice(facts.next) };
}

export function gradientOnlyText(step: number, gradNorm: number): Localised {
  const value = formatMetric(gradNorm);
  return both(
    `Gradient norm is ${value} at step ${formatStep(step)} while the loss is finite: one skipped update is normal in fp16.`,
    `步 ${formatStep(step)} 梯度范数为 ${value}，损失仍是有限值：fp16 下偶尔跳过一次更新属正常现象。`,
  );
}

export function rateJumpText(change: { step: number; from: number; to: number }): Localised {
  const k = change.from > 0 ? formatFactor(change.to / change.from) : `→ ${formatLearningRate(change.to)}`;
  const values = `${formatLearningRate(change.from)} → ${formatLearningRate(change.to)}`;
  return both(
    `Learning rate jumped ${k} off schedule at step ${formatStep(change.step)} (${values}).`,
    `步 ${formatStep(change.step)} 学习率偏离计划，跳变 ${k}（${values}）。`,
  );
}

export function earlyStopText(checks: number, best: { step: number; value: number }): Localised {
  const [value, step] = [formatMetric(best.value), formatStep(best.step)];
  return both(
    `Eval loss has not improved in ${checks} checks; best ${value} at step ${step}. Stop here and keep the checkpoint nearest to that step.`,
    `验证损失已 ${checks} 次无提升；最佳为步 ${step} 的 ${value}。可就此停止，保留最接近该步的检查点。`,
  );
}

export function recoveredText(step: number): Localised {
  return both(`Healthy again at step ${formatStep(step)}.`, `步 ${formatStep(step)} 恢复健康。`);
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

function lowerRate(next: number | null, why: Localised): Localised {
  if (next === null) return both("Halve the learning rate; change nothing else.", "把学习率减半，其他参数不变。");
  const rate = formatLearningRate(next);
  return both(`Set LR to ${rate}. ${why.en}`, `把学习率设为 ${rate}。${why["zh-CN"]}`);
}

function resumeAdvice(next: number | null): Localised {
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
