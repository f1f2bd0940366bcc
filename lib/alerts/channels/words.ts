import { formatDuration, formatLearningRate, formatMetric, formatStep } from "#lib/core/index.ts";
import { type Language, type Localised, type Severity, VERDICTS } from "#lib/protocol/index.ts";
import { builtInRule } from "#lib/rules/index.ts";
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
  const headline = plain(
    `${GLYPH[severity]} ${run.name === "" || kind === "digest" ? title : `${title}: ${run.name}`}`,
  );
  const isOver = kind === "resolved";
  const text = plain(isOver ? `${subjectTitle(notice, lang)} → ${over(subject, lang)}` : (notice.text[lang] ?? ""));
  const words = WORDS[lang];
  const isEnd = subject === "run.finished" || subject === "run.failed";
  return {
    severity,
    colour: COLOUR[severity],
    headline,
    text,
    advice: isOver ? "" : plain(notice.advice[lang] ?? ""),
    // A digest is of many runs.
    facts: kind === "digest" ? [] : factsOf(notice, lang),
    spark: kind === "digest" ? "" : sparkline(notice.curve),
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
    alerts: "alerts",
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
    alerts: "条告警",
  },
} as const satisfies Record<Language, object>;

/** Of what no rule says. */
const TITLES: Record<string, Localised> = {
  "channel.undelivered": { en: "Alerts not delivered", "zh-CN": "告警未送达" },
  test: { en: "Test message", "zh-CN": "测试消息" },
};

function titleOf(notice: Notice, lang: Language): string {
  const words = WORDS[lang];
  const title = subjectTitle(notice, lang);
  switch (notice.kind) {
    case "resolved":
      return isVerdict(notice.subject) ? words.again : `${words.over}: ${title}`;
    case "reminder":
      return `${words.still}: ${title}`;
    case "flapping":
      return `${words.flapping}: ${title}`;
    case "digest":
      return `${notice.more} ${words.alerts}`;
    default:
      return title;
  }
}

const over = (subject: string, lang: Language): string => (isVerdict(subject) ? WORDS[lang].again : WORDS[lang].over);

const isVerdict = (subject: string): boolean => VERDICTS.some((name) => name === subject);

function subjectTitle({ title, subject }: Notice, lang: Language): string {
  return (title ?? builtInRule(subject)?.title ?? TITLES[subject])?.[lang] ?? subject;
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
