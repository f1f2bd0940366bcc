import {
  formatDuration,
  formatLearningRate,
  formatMetric,
  formatShare,
  formatStep,
  formatTimes,
} from "#lib/core/index.ts";
import type { Localised, LrJudgement } from "#lib/protocol/index.ts";
import { lowerRate, resumeAdvice } from "./advice.ts";
import { both, type Sentence } from "./both.ts";

/** What a lower rate is advised by: half of now, the schedule that the run has left, or the best run at another rate. */
export type RateBasis = "half" | "schedule" | "siblings";

const BASIS: Record<RateBasis, Localised> = {
  half: both("Half of now; change nothing else.", "减半即可，其他参数不变。"),
  schedule: both(
    "The swing began when it jumped; go back to the schedule and change nothing else.",
    "摆动始于学习率跳变；回到原计划即可，其他参数不变。",
  ),
  siblings: both(
    "The best of the runs at other rates; change nothing else.",
    "其他学习率的运行中表现最好的一个；其他参数不变。",
  ),
};
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

export function healthyText(facts: {
  slopePer1k: number;
  swing: number;
  /** A curve may look well at a rate that is not. */
  judgement: LrJudgement;
  next: number | null;
}): Sentence {
  const swing = formatMetric(facts.swing);
  const advice = rateAdvice(facts.judgement, facts.next);
  if (!(facts.slopePer1k < 0)) {
    return {
      reason: both(`Loss has levelled off; swing ±${swing}.`, `损失已趋于平稳；摆动 ±${swing}。`),
      advice,
    };
  }
  const slope = formatMetric(-facts.slopePer1k);
  return {
    reason: both(
      `Loss falls ${slope} per 1k steps, as its own trend predicts; swing ±${swing}.`,
      `每千步下降 ${slope}，与自身趋势一致；摆动 ±${swing}。`,
    ),
    advice,
  };
}

/** What a healthy curve's learning rate calls for. */
function rateAdvice(judgement: LrJudgement, next: number | null): Localised {
  if (judgement !== "too_high" && judgement !== "too_low") return NOTHING_TO_DO;
  const [en, zh] = judgement === "too_high" ? ["high", "高"] : ["low", "低"];
  const tryEn = next === null ? "" : `: ${formatLearningRate(next)} is worth a try`;
  const tryZh = next === null ? "" : `，可尝试 ${formatLearningRate(next)}`;
  return both(`The learning rate may be too ${en}${tryEn}.`, `学习率可能过${zh}${tryZh}。`);
}

export function oscillatingText(facts: {
  swing: number;
  /** How many times the swing before; null when nothing before compares. */
  times: number | null;
  since: number;
  slopePer1k: number;
  givenBack: number;
  /** The level now as a multiple of the first; null where that means nothing. */
  timesStart: number | null;
  next: number | null;
  basis: RateBasis;
}): Sentence {
  const swing = formatMetric(facts.swing);
  const known = facts.times !== null && facts.times >= 1.2;
  const timesEn = known ? `, ${formatTimes(facts.times!)} the level before step ${formatStep(facts.since)}` : "";
  const timesZh = known ? `，是步 ${formatStep(facts.since)} 之前的 ${formatTimes(facts.times!)}` : "";
  const falls = facts.slopePer1k < 0;
  const trendEn = falls ? `falls only ${formatMetric(-facts.slopePer1k)} per 1k steps` : "no longer falls";
  const trendZh = falls ? `每千步仅下降 ${formatMetric(-facts.slopePer1k)}` : "不再下降";
  const back = givenBackText(facts.givenBack, facts.timesStart);
  return {
    reason: both(
      `Loss swings ±${swing} around its trend${timesEn}, and ${trendEn}${back.en}.`,
      `损失围绕趋势上下摆动 ±${swing}${timesZh}；${trendZh}${back["zh-CN"]}。`,
    ),
    advice: lowerRate(facts.next, BASIS[facts.basis]),
  };
}

/** More than everything is no share any more: then it is told where the loss stands against its start. */
function givenBackText(share: number, timesStart: number | null): Localised {
  if (share < 0.05) return both("", "");
  if (share <= 1)
    return both(`; it gave back ${formatShare(share)} of its gain`, `；已回吐 ${formatShare(share)} 的进展`);
  if (timesStart === null || timesStart < 1.05) {
    return both("; it gave back all of its gain", "；已回吐全部进展");
  }
  const times = formatTimes(timesStart);
  return both(`; it rose to ${times} its start`, `；已升至起点的 ${times.replace("×", "")} 倍`);
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

export function overfittingText(facts: {
  best: { step: number; value: number };
  rise: number;
  evals: number;
}): Sentence {
  const [value, step, rise] = [formatMetric(facts.best.value), formatStep(facts.best.step), formatMetric(facts.rise)];
  return {
    reason: both(
      `Eval loss stands ${rise} above its best ${value} of step ${step}, ${facts.evals} checks ago, while train loss falls.`,
      `验证损失比步 ${step} 的最佳值 ${value} 高 ${rise}（已过 ${facts.evals} 次验证），而训练损失仍在下降。`,
    ),
    advice: both(
      `Stop and keep the checkpoint nearest to step ${step}; or raise weight decay within 0.01–0.1, then dropout.`,
      `可停止训练并保留最接近步 ${step} 的检查点；或将权重衰减提高到 0.01–0.1，再考虑 dropout。`,
    ),
  };
}

export function openSpikeText(facts: { step: number; level: number; top: number; length: number }): Sentence {
  const [step, level, top] = [formatStep(facts.step), formatMetric(facts.level), formatMetric(facts.top)];
  const n = formatStep(facts.length);
  return {
    reason: both(
      `Loss jumped from ${level} to ${top} at step ${step} and has not come back in ${n} records.`,
      `损失在步 ${step} 从 ${level} 跳到 ${top}，${n} 条记录内仍未恢复。`,
    ),
    advice: both(
      "If it does not return: resume at least 100 steps before the jump and skip the next 200–500 batches.",
      "若不恢复：从跳变前至少 100 步处继续，并跳过随后的 200–500 个批次。",
    ),
  };
}

/** @param facts what was gained in the last half of the run, as loss and as a share of all; where that half began */
export function flatAtHighRateText(facts: {
  gain: number;
  share: number;
  since: number;
  next: number | null;
}): Sentence {
  const [gain, since] = [formatMetric(Math.max(0, facts.gain)), formatStep(facts.since)];
  const share = formatShare(Math.max(0, facts.share));
  return {
    reason: both(
      `Loss fell early and is nearly flat: ${gain} gained since step ${since} (${share} of all), at a level that a lower learning rate usually beats.`,
      `损失早期下降后几乎持平：自步 ${since} 起仅下降 ${gain}（占总进展 ${share}），较低的学习率通常能达到更好的水平。`,
    ),
    advice:
      facts.next === null
        ? both("Try a third of the learning rate.", "尝试将学习率降至三分之一。")
        : both(`Try LR ${formatLearningRate(facts.next)}.`, `尝试学习率 ${formatLearningRate(facts.next)}。`),
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

export function recoveredText(step: number): Localised {
  return both(`Healthy again at step ${formatStep(step)}.`, `步 ${formatStep(step)} 恢复健康。`);
}
