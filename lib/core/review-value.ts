import type { Language, ReviewItem } from "#lib/protocol/index.ts";
import { VERDICTS } from "#lib/protocol/index.ts";
import { formatLearningRate, formatShare, formatStep, MISSING } from "./number-format.ts";
import { VERDICT_WORD } from "./verdict-words.ts";

/** How the value of each rule is written (design/README.md §6); of the rest as people write settings: 0.95, 0.01. */
const RATES = /^hp\.(?:lr\.|eps\.|bf16\.pure)/;
const SHARES = new Set(["hp.batch.tiny", "hp.clip.always", "hp.ckpt.on_idle", "hp.warmup.shape"]);
const COUNTS = /^hp\.(?:warmup\.(?:range|steps)|decay\.total_mismatch|batch\.(?:global|large)|accum\.|log\.|mem\.)/;

/** Words that rules use as values. What a log says, such as `bf16` or a version, stays as it is. */
const WORDS: Record<string, string> = {
  on: "开启",
  off: "关闭",
  none: "无",
  true: "是",
  false: "否",
  sparse: "稀疏",
  dense: "稠密",
  dynamic: "动态",
  constant: "恒定",
  linear: "线性",
  cosine: "余弦",
  polynomial: "多项式",
  other: "其他",
};

/** What the review read of a setting, for a person. */
export function formatReviewValue({ rule, value }: Pick<ReviewItem, "rule" | "value">, language: Language): string {
  if (value === null) return MISSING;
  if (typeof value === "string") {
    const verdict = VERDICTS.find((name) => name === value);
    if (verdict) return VERDICT_WORD[language][verdict];
    return language === "zh-CN" ? (WORDS[value] ?? value) : value;
  }
  if (RATES.test(rule)) return formatLearningRate(value);
  if (SHARES.has(rule)) return formatShare(value);
  if (COUNTS.test(rule)) return formatStep(value);
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e4
    ? String(Number(value.toPrecision(3)))
    : formatLearningRate(value);
}
