import { formatDuration, formatLearningRate, formatMetric, formatStep, VERDICT_WORD } from "#lib/core/index.ts";
import { type Language, type Severity, VERDICTS } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import type { Outgoing } from "./channel.ts";

/**
 * What is said, the same through every channel, in both languages; a channel only lays it out and escapes it. Nothing here
 * is escaped: text, names and hosts come from logs and are not to be trusted.
 */
export type Message = {
  severity: Severity;
  colour: string;
  /** Severity as a glyph, since not every channel has colours; what it is; the run. */
  headline: string;
  text: string;
  /** What to do; empty where there is nothing. */
  advice: string;
  facts: [label: string, value: string][];
  /** The loss of late, in blocks of eighths; empty where it is not known. */
  spark: string;
  /** Project and the notice's own id, by which a repeat can be recognised. */
  footer: string;
  /** Links to pages; the first is the one to take. */
  buttons: { id: "open" | "mute" | "ack"; label: string; url: string }[];
  image: { url: string; alt: string } | null;
};

export function messageOf({ notice, links, lang }: Outgoing): Message {
  const { kind, run, subject } = notice;
  const severity: Severity = kind === "resolved" ? "good" : notice.severity;
  const title = titleOf(notice, lang);
  const headline = plain(`${GLYPH[severity]} ${run.name === "" ? title : `${title}: ${run.name}`}`);
  const isOver = kind === "resolved";
  const text = plain(isOver ? `${subjectTitle(subject, lang)} → ${over(subject, lang)}` : (notice.text[lang] ?? ""));
  const words = WORDS[lang];
  const isEnd = subject === "run.finished" || subject === "run.failed";
  return {
    severity,
    colour: COLOUR[severity],
    headline,
    text,
    advice: isOver ? "" : plain(notice.advice[lang] ?? ""),
    facts: factsOf(notice, lang),
    spark: sparkline(notice.curve),
    footer: plain([run.project, `${notice.alert} · ${notice.number}`].filter(Boolean).join("  |  ")),
    buttons: [
      isEnd
        ? { id: "open", label: words.report, url: links.report }
        : { id: "open", label: words.open, url: links.run },
      ...(ASKS.has(kind)
        ? [
            { id: "mute" as const, label: words.mute, url: links.mute },
            ...(notice.incident === "" ? [] : [{ id: "ack" as const, label: words.ack, url: links.ack }]),
          ]
        : []),
    ],
    image: links.image === null ? null : { url: links.image, alt: `${title}: ${text}` },
  };
}

/** Kinds of which somebody can take care, or would rather not hear. */
const ASKS: ReadonlySet<Notice["kind"]> = new Set(["firing", "reminder", "flapping"]);

const GLYPH: Record<Severity, string> = { good: "●", note: "○", caution: "▲", critical: "◆" };
const COLOUR: Record<Severity, string> = { good: "#0E9475", note: "#2F7FD1", caution: "#D99A1F", critical: "#C8321F" };

export const WORDS = {
  en: {
    step: "Step",
    of: "of",
    loss: "Loss",
    lr: "LR",
    confidence: "Confidence",
    left: "Time left",
    host: "Host",
    open: "Open run",
    report: "Open report",
    mute: "Mute 1 hour",
    ack: "I am on it",
    again: "Healthy again",
    over: "Over",
    still: "Still",
    flapping: "Comes and goes",
    more: "more messages",
    own: "Own rule",
  },
  "zh-CN": {
    step: "步",
    of: "/",
    loss: "损失",
    lr: "学习率",
    confidence: "置信度",
    left: "剩余时间",
    host: "主机",
    open: "打开运行",
    report: "打开报告",
    mute: "静音 1 小时",
    ack: "我来处理",
    again: "恢复健康",
    over: "已解除",
    still: "仍在持续",
    flapping: "反复出现",
    more: "条消息",
    own: "自定义规则",
  },
} as const satisfies Record<Language, object>;

/** Of what is no verdict. */
const TITLES: Record<string, Record<Language, string>> = {
  "lr.too_high": { en: "Learning rate too high", "zh-CN": "学习率过高" },
  "lr.too_low": { en: "Learning rate too low", "zh-CN": "学习率过低" },
  "lr.jump_unexpected": { en: "Learning rate off schedule", "zh-CN": "学习率偏离计划" },
  "lr.resume_mismatch": { en: "Learning rate off after the resume", "zh-CN": "恢复训练后学习率不符" },
  "lr.zero_early": { en: "Learning rate is zero", "zh-CN": "学习率为零" },
  "lr.schedule_mismatch": { en: "Not the schedule declared", "zh-CN": "与声明的学习率计划不符" },
  "nan.grad_unscaled": { en: "Gradient not finite", "zh-CN": "梯度不是有限值" },
  "nan.late_report": { en: "Loss no longer reported", "zh-CN": "损失不再上报" },
  "missing.loss": { en: "Loss missing", "zh-CN": "缺少损失" },
  "fp16.skip_rate": { en: "Many skipped updates", "zh-CN": "跳过更新过多" },
  "fp16.scale_floor": { en: "Loss scale at its floor", "zh-CN": "损失缩放触底" },
  "fp16.scale_collapse": { en: "Loss scale collapsed", "zh-CN": "损失缩放骤降" },
  "zero.grad": { en: "Gradient is zero", "zh-CN": "梯度为零" },
  "const.loss": { en: "Loss does not change", "zh-CN": "损失不变" },
  "loss.spike": { en: "Spike not recovered", "zh-CN": "尖峰未恢复" },
  "pace.slow": { en: "Training slowed down", "zh-CN": "训练变慢" },
  "run.hang": { en: "Training hangs", "zh-CN": "训练卡住" },
  "early_stop.recommend": { en: "No gain in evaluation", "zh-CN": "验证无提升" },
  "run.quiet": { en: "No data", "zh-CN": "无数据" },
  "run.lost": { en: "Agent lost", "zh-CN": "代理失联" },
  "run.finished": { en: "Finished", "zh-CN": "已完成" },
  "run.failed": { en: "Failed", "zh-CN": "已失败" },
  test: { en: "Test message", "zh-CN": "测试消息" },
};

function titleOf({ kind, subject, more }: Notice, lang: Language): string {
  const words = WORDS[lang];
  if (kind === "resolved") return isVerdict(subject) ? words.again : `${words.over}: ${subjectTitle(subject, lang)}`;
  if (kind === "reminder") return `${words.still}: ${subjectTitle(subject, lang)}`;
  if (kind === "flapping") return `${words.flapping}: ${subjectTitle(subject, lang)}`;
  if (kind === "digest") return `+${more} ${words.more}`;
  return subjectTitle(subject, lang);
}

const over = (subject: string, lang: Language): string => (isVerdict(subject) ? WORDS[lang].again : WORDS[lang].over);

const isVerdict = (subject: string): boolean => VERDICTS.some((name) => name === subject);

function subjectTitle(subject: string, lang: Language): string {
  const verdict = VERDICTS.find((name) => name === subject);
  if (verdict) return VERDICT_WORD[lang][verdict];
  return TITLES[subject]?.[lang] ?? (subject.startsWith("rule:") ? WORDS[lang].own : subject);
}

/** What is known of the run at that moment. */
function factsOf({ run, confidence }: Notice, lang: Language): Message["facts"] {
  const words = WORDS[lang];
  const number = (value: number | string | null, format: (n: number) => string): string | null =>
    typeof value === "number" ? format(value) : value;
  const of = run.maxSteps === null ? "" : ` ${words.of} ${formatStep(run.maxSteps)}`;
  const facts: [string, string | null][] = [
    [words.step, run.step === null ? null : `${formatStep(run.step)}${of}`],
    [words.loss, number(run.loss, formatMetric)],
    [words.lr, number(run.learningRate, formatLearningRate)],
    [words.confidence, confidence === null ? null : `${Math.round(confidence * 100)}%`],
    [words.left, run.msLeft === null ? null : formatDuration(run.msLeft, lang)],
    [words.host, run.host === "" ? null : plain(run.host)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/** Lowest to highest value over the whole height; empty for fewer than two values. */
export function sparkline(values: readonly number[]): string {
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const top = BLOCKS.length - 1;
  return values.map((value) => BLOCKS[span === 0 ? 0 : Math.round(((value - low) / span) * top)]).join("");
}

/** No control character, and none that turns the direction of what follows. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
}
