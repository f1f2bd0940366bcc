import { formatLearningRate, formatMetric, formatShare, formatTimes } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import type { FeatureName } from "../cause/features.ts";
import { both } from "./both.ts";

/** How a feature is written: as a share of the gain or of the run, as a ratio of two levels (kept as a power of ten), or bare. */
type Form = "share" | "ratio" | "number";

const WORDS: Record<FeatureName, { label: Localised; form: Form }> = {
  give_back: { label: both("Given back of the gain", "回吐的进展"), form: "share" },
  coarse_give_back: { label: both("Given back, noise averaged out", "回吐的进展（已平均噪声）"), form: "share" },
  gap: { label: both("Now above its best level", "高于最佳水平"), form: "share" },
  noise: { label: both("Noise against the gain", "噪声与进展之比"), form: "ratio" },
  overshoot: { label: both("Overshoot at the start", "起始阶段的过冲"), form: "share" },
  swing: { label: both("Coherent swing", "规律摆动"), form: "share" },
  swing_coherence: { label: both("Swing against white noise", "摆动与白噪声之比"), form: "ratio" },
  noise_growth: { label: both("Noise now against earlier", "噪声与早期之比"), form: "ratio" },
  recent_gain: { label: both("Recent gain in its own error", "最近进展与其误差之比"), form: "number" },
  acceleration: { label: both("Descent now against before", "下降速度与此前之比"), form: "number" },
  straightness: { label: both("Straightness of the descent", "下降的直线程度"), form: "number" },
  descent_significance: { label: both("Descent against noise", "下降与噪声之比"), form: "ratio" },
  progress_significance: { label: both("Gain against noise", "进展与噪声之比"), form: "ratio" },
  misfit: { label: both("Unevenness of the descent", "下降的不均匀程度"), form: "ratio" },
  drop_at_2_percent: { label: both("Gain made in the first 2% of steps", "前 2% 步数取得的进展"), form: "share" },
  drop_at_5_percent: { label: both("Gain made in the first 5% of steps", "前 5% 步数取得的进展"), form: "share" },
  drop_early: { label: both("Gain from a tenth to half of the run", "从十分之一到一半的进展"), form: "share" },
  drop_quarter_to_end: { label: both("Gain since a quarter of the run", "四分之一之后的进展"), form: "share" },
  drop_second_half: { label: both("Gain in the second half", "后半程的进展"), form: "share" },
  late_gain: { label: both("Gain since a fifth of the run, of all", "五分之一之后的进展占比"), form: "ratio" },
  late_give_back: { label: both("Given back of the later gain", "后期进展的回吐"), form: "share" },
  late_noise: { label: both("Noise against the later gain", "噪声与后期进展之比"), form: "ratio" },
  second_half_gain: { label: both("Gain in the second half against noise", "后半程进展与噪声之比"), form: "ratio" },
  best_at: { label: both("Best level reached at", "最佳水平出现在"), form: "share" },
  relative_rate: { label: both("Learning rate against its peak", "学习率与峰值之比"), form: "share" },
  not_finite: { label: both("Loss not finite", "损失不是有限值"), form: "number" },
  norm_late_to_start: { label: both("Gradient norm against its start", "梯度范数与起始之比"), form: "ratio" },
  norm_late_to_middle: { label: both("Gradient norm, late against earlier", "梯度范数后期与前期之比"), form: "ratio" },
  norm_end_to_least: { label: both("Gradient norm now against its least", "梯度范数与其最低值之比"), form: "ratio" },
  norm_middle_to_start: { label: both("Gradient norm, middle against start", "梯度范数中期与起始之比"), form: "ratio" },
  norm_spread: { label: both("Unrest of the gradient norm", "梯度范数的波动"), form: "number" },
};

/** A feature as evidence: a value with its unit, and its name for a reader. */
export function featureWords(name: FeatureName, value: number): { label: Localised; value: number; unit: string } {
  const { label, form } = WORDS[name];
  if (form === "share") return { label, value: 100 * value, unit: "%" };
  return form === "ratio" ? { label, value: 10 ** value, unit: "x" } : { label, value, unit: "" };
}

function phrase(name: FeatureName, value: number): [en: string, zh: string] {
  const { label, form } = WORDS[name];
  const number =
    form === "share" ? formatShare(value) : form === "ratio" ? formatTimes(10 ** value) : formatMetric(value);
  return [`${label.en[0]!.toLowerCase()}${label.en.slice(1)} ${number}`, `${label["zh-CN"]} ${number}`];
}

/** "Learning rate looks too high: …, …. Try 2e-4." with at most two of the reasons. */
export function causeText(
  side: "high" | "low",
  reasons: readonly (readonly [FeatureName, number])[],
  next: number | null,
): Localised {
  const told = reasons.slice(0, 2).map(([name, value]) => phrase(name, value));
  const high = side === "high";
  const en = `Learning rate looks too ${side}${told.length === 0 ? "" : `: ${told.map(([text]) => text).join(", ")}`}.`;
  const zh = `学习率看起来过${high ? "高" : "低"}${told.length === 0 ? "" : `：${told.map(([, text]) => text).join("，")}`}。`;
  if (next === null) {
    return both(
      `${en} ${high ? "Try a third of it." : "Try three times as much, or plan more steps."}`,
      `${zh}${high ? "可尝试降至三分之一。" : "可尝试提高到三倍，或增加步数。"}`,
    );
  }
  const rate = formatLearningRate(next);
  return both(
    `${en} Try ${rate}${high ? "" : ", or plan more steps"}.`,
    `${zh}可尝试 ${rate}${high ? "" : "，或增加步数"}。`,
  );
}
