import { formatDuration, formatLearningRate, formatMetric, formatStep, VERDICT_WORD } from "#lib/core/index.ts";
import { type Language, type Severity, VERDICTS } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import { type Channel, judgeStatus } from "./index.ts";

/**
 * A Slack incoming webhook. Slack has no colours in text, so a glyph stands for the severity. A 200 counts only with the
 * body `ok`; everything a log or a name brought in is escaped, so that nobody is pinged by a line of a trainer.
 */
const GLYPH: Record<Severity, string> = { good: "●", note: "○", caution: "▲", critical: "◆" };
const COLOUR: Record<Severity, string> = { good: "#0E9475", note: "#2F7FD1", caution: "#D99A1F", critical: "#C8321F" };

/** Slack's bounds, in characters: a header is plain text, a section Markdown. */
const HEADER_CHARS = 150;
const SECTION_CHARS = 3000;
const FIELD_CHARS = 2000;
const BUTTON_URL_CHARS = 3000;

const LABELS = {
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
  },
} as const;

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
  "channel.undelivered": { en: "Alerts not delivered", "zh-CN": "告警未送达" },
  test: { en: "Test message", "zh-CN": "测试消息" },
};
const MANY: Record<Language, (count: number) => string> = {
  en: (count) => `${count} alerts`,
  "zh-CN": (count) => `${count} 条告警`,
};
const AGAIN: Record<Language, string> = { en: "Healthy again", "zh-CN": "恢复健康" };

export const slack: Channel = {
  name: "Slack",
  render(notice, { link, lang }) {
    const { kind, run, subject, step } = notice;
    const severity: Severity = kind === "resolved" ? "good" : notice.severity;
    const title = kind === "resolved" ? AGAIN[lang] : titleOf(subject, lang);
    const headline =
      kind === "digest" ? `${GLYPH[severity]} ${MANY[lang](notice.more)}` : `${GLYPH[severity]} ${title}: ${run.name}`;
    const [text, advice] =
      kind === "resolved"
        ? [`${titleOf(subject, lang)} → ${AGAIN[lang]}`, ""]
        : [notice.text[lang], notice.advice[lang]];
    const report = subject === "run.finished" || subject === "run.failed";
    const blocks = [
      { type: "header", text: { type: "plain_text", text: cut(headline, HEADER_CHARS) } },
      { type: "section", text: markdown(escaped(text), SECTION_CHARS) },
      ...(advice ? [{ type: "section", text: markdown(emphasise(escaped(advice)), SECTION_CHARS) }] : []),
      ...fields(notice, lang),
      {
        type: "context",
        elements: [
          markdown(
            escaped([run.project, `${notice.alert} · ${notice.number}`].filter(Boolean).join("  |  ")),
            FIELD_CHARS,
          ),
        ],
      },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            style: "primary",
            text: { type: "plain_text", text: report ? LABELS[lang].report : LABELS[lang].open },
            url: (report ? `${link}/report` : link).slice(0, BUTTON_URL_CHARS),
            action_id: "open",
          },
        ],
      },
    ];
    const since = step === null ? "" : ` (${LABELS[lang].step} ${formatStep(step)})`;
    return JSON.stringify({
      text: escaped(`${headline}${since}. ${advice}`),
      attachments: [{ color: COLOUR[severity], blocks }],
    });
  },
  judge(status, body) {
    const refused = judgeStatus(status);
    if (refused || body.trim() === "ok") return refused;
    return { error: `answered ${status} without the ok of Slack`, retryable: false };
  },
};

function fields({ run, confidence }: Notice, lang: Language): object[] {
  const label = LABELS[lang];
  const number = (value: number | string, format: (n: number) => string): string =>
    typeof value === "number" ? format(value) : value;
  const rows: [string, string | null][] = [
    [
      label.step,
      run.step && `${formatStep(run.step)}${run.maxSteps === null ? "" : ` ${label.of} ${formatStep(run.maxSteps)}`}`,
    ],
    [label.loss, run.loss === null ? null : number(run.loss, formatMetric)],
    [label.lr, run.learningRate === null ? null : number(run.learningRate, formatLearningRate)],
    [label.confidence, confidence === null ? null : `${Math.round(confidence * 100)}%`],
    [label.left, run.msLeft === null ? null : formatDuration(run.msLeft, lang)],
    [label.host, run.host],
  ].map(([name, value]) => [name as string, value ? String(value) : null]);
  const known = rows.filter(([, value]) => value !== null);
  return known.length === 0
    ? []
    : [
        {
          type: "section",
          fields: known.map(([name, value]) => markdown(`*${name}*\n${escaped(value as string)}`, FIELD_CHARS)),
        },
      ];
}

function titleOf(subject: string, lang: Language): string {
  const verdict = VERDICTS.find((name) => name === subject);
  return verdict ? VERDICT_WORD[lang][verdict] : (TITLES[subject]?.[lang] ?? subject);
}

/** The sentence that says what to do, with its value ready to be copied. */
function emphasise(advice: string): string {
  const value = advice.replace(/(?<![\w.])(\d+(?:\.\d+)?e-?\d+)(?![\w])/u, "`$1`");
  const dot = value.search(/[.。]\s|[.。]$/u);
  return dot < 0 ? `*${value}*` : `*${value.slice(0, dot + 1)}*${value.slice(dot + 1)}`;
}

const markdown = (text: string, most: number): { type: string; text: string } => ({
  type: "mrkdwn",
  text: cut(text, most),
});

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** At most `most` characters, cut between them as a reader sees them, and marked. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const mark = "…";
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length + mark.length > most) break;
    kept += segment;
  }
  return kept + mark;
}
