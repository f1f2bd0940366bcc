import type { Language, VerdictName } from "#lib/protocol/index.ts";

/** What each verdict is called, and what it means in a few words: the same on a page, in a report and in a message. */
type Words = Record<Language, Record<VerdictName, string>>;

export const VERDICT_WORD: Words = {
  en: {
    healthy: "Healthy",
    oscillating: "Oscillating",
    too_slow: "Too slow",
    plateau: "Plateau",
    spike: "Spike",
    overfitting: "Overfitting",
    diverging: "Diverging",
    nan: "NaN",
    reading: "Reading",
  },
  "zh-CN": {
    healthy: "健康",
    oscillating: "震荡",
    too_slow: "过慢",
    plateau: "平台期",
    spike: "尖峰",
    overfitting: "过拟合",
    diverging: "发散",
    nan: "出现 NaN",
    reading: "判读中",
  },
};

export const VERDICT_MEANING: Words = {
  en: {
    healthy: "on track",
    oscillating: "learning rate too high",
    too_slow: "learning rate too low",
    plateau: "no gain lately",
    spike: "sudden jump in loss",
    overfitting: "eval rises as train falls",
    diverging: "loss is rising fast",
    nan: "loss is not a number",
    reading: "too early to tell",
  },
  "zh-CN": {
    healthy: "走势正常",
    oscillating: "学习率偏高",
    too_slow: "学习率偏低",
    plateau: "近期无进展",
    spike: "损失突增",
    overfitting: "训练降、验证升",
    diverging: "损失快速上升",
    nan: "损失不是数值",
    reading: "数据尚不足",
  },
};
