import {
  formatFactor,
  formatLearningRate,
  formatShare,
  formatStep,
  formatStepRange,
  MISSING,
} from "#lib/core/index.ts";
import { formatMoment } from "./clock.ts";
import { firstClause, MESSAGES } from "./messages/index.ts";
import type { Report, Writing } from "./model.ts";
import { endInWords, footerInWords, knownOf, toldInWords } from "./sections.ts";

/** The report as Markdown (GitHub's, for its tables), without the figure. Text of a log cannot become markup. */
export function renderMarkdown(report: Report, writing: Writing): string {
  const { lang } = writing;
  const m = MESSAGES[lang];
  const { run, outcome, failure, figure } = report;
  const place = [m.place(run.file, run.folder), run.host && m.onHost(run.host)].filter((part) => part !== null);
  const { source, made } = footerInWords(report, lang);
  const blocks = [
    `# ${plain(run.name)}`,
    plain(m.list([...place, m.written(formatMoment(report.writtenAt, writing))])),
    `${plain(outcome.before[lang])} **${plain(outcome.word[lang])}**${plain(outcome.after[lang])}`,
    failure && `${plain(m.failedLine(formatStep(failure.line)))}\n\n    ${failure.text.replace(/[\r\n]+/g, " ")}`,
    ...keyTable(report, writing),
    figure && `**${plain(figure.story.title[lang])}** ${plain(figure.story.text[lang])}`,
    ...timelineTable(report, writing),
    ...schedule(report, writing),
    ...incidentTable(report, writing),
    ...settingsList(report, writing),
    ...nextList(report, writing),
    "---",
    plain(m.join([source, `${made}.`])),
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function keyTable({ keyFigures }: Report, { lang }: Writing): string[] {
  if (keyFigures.length === 0) return [];
  const m = MESSAGES[lang];
  return [
    table(
      keyFigures.map(({ name }) => m.key[name]),
      [keyFigures.map(({ text }) => text[lang]), keyFigures.map(({ note }) => note?.[lang] ?? "")],
    ),
  ];
}

function timelineTable({ timeline }: Report, { lang }: Writing): string[] {
  if (timeline.length === 0) return [];
  const m = MESSAGES[lang];
  const t = m.timeline;
  const rows = timeline.map(({ verdict, fromStep, toStep, share, readFrom }) => [
    m.verdict[verdict],
    formatStepRange(fromStep, toStep),
    formatShare(share),
    readFrom?.[lang] ?? MISSING,
  ]);
  return [`## ${t.heading}`, table([t.verdict, t.steps, t.share, t.readFrom], rows)];
}

function schedule(report: Report, { lang }: Writing): string[] {
  if (!report.schedule) return [];
  const m = MESSAGES[lang];
  const t = m.schedule;
  const { text, changes } = report.schedule;
  const blocks = [`## ${t.heading}`, plain(m.story.sentence(firstClause(text[lang])))];
  if (changes.length === 0) return blocks;
  const rows = changes.map(({ step, from, to }) => [
    formatStep(step),
    formatLearningRate(from),
    formatLearningRate(to),
    from > 0 ? formatFactor(to / from) : MISSING,
  ]);
  return [...blocks, table([t.step, t.from, t.to, t.factor], rows)];
}

function incidentTable({ incidents, run }: Report, writing: Writing): string[] {
  const { lang } = writing;
  const t = MESSAGES[lang].incidents;
  if (run.lastStep === null) return [];
  if (incidents.length === 0) return [`## ${t.heading}`, t.none];
  const { someTold, someEnded } = knownOf(incidents);
  const rows = incidents.map((incident) => [
    String(incident.number),
    incident.what[lang],
    incident.step === null ? MISSING : formatStep(incident.step),
    ...(someTold ? [toldInWords(incident, writing)] : []),
    ...(someEnded ? [endInWords(incident, writing)] : []),
  ]);
  const head = ["", t.what, t.step, ...(someTold ? [t.told] : []), ...(someEnded ? [t.ended] : [])];
  return [`## ${t.heading}`, table(head, rows)];
}

function settingsList({ settings }: Report, { lang }: Writing): string[] {
  if (settings.length === 0) return [];
  const t = MESSAGES[lang].settings;
  const items = settings.map(({ name, status, value, note }) => {
    const notes = [status && t.status[status], note?.[lang]].filter(Boolean).join("; ");
    return `- ${plain(name[lang])}: ${plain(value[lang])}${notes === "" ? "" : ` (${plain(notes)})`}`;
  });
  return [`## ${t.heading}`, items.join("\n")];
}

function nextList({ next, nothingToTry, run }: Report, { lang }: Writing): string[] {
  const t = MESSAGES[lang].next;
  if (run.lastStep === null) return [];
  if (next.length === 0) return [`## ${t.heading}`, plain(nothingToTry[lang])];
  const items = next.map(({ title, text, change }, i) => {
    const was = change?.from == null ? "" : `~~${plain(change.from)}~~ `;
    const edit = change ? ` (${plain(change.name)}: ${was}${plain(change.to)})` : "";
    return `${i + 1}. **${plain(title[lang])}.** ${plain(text[lang])}${edit}`;
  });
  return [`## ${t.heading}`, items.join("\n")];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** Text with nothing in it that Markdown, or the HTML in Markdown, would read as markup. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/[\\`*_[\]<>|#~&]/g, "\\$&");
}
