import { formatStep } from "#lib/core/index.ts";
import type { Evidence, Language, ReviewItem } from "#lib/protocol/index.ts";
import type { Context } from "./context.ts";
import { type JudgedFile, judgeFile, stateOf } from "./judge-file.ts";
import { absolute } from "./read-file.ts";
import { judgeSiblings, type SiblingFile, siblingTable } from "./sibling-files.ts";
import { nothingRecognised } from "./unrecognised.ts";

type DiagnoseFlags = { json?: boolean; group?: boolean; exitCode?: boolean; lang?: Language; pattern?: string };

const EXIT_CAUTION = 10;
const EXIT_CRITICAL = 20;
const SPARK_WIDTH = 48;
const SPARK_LEVELS = "▁▂▃▄▅▆▇█";

/** `diagnose`: logs in, verdicts out; the same parsers and the same engine as the server's. */
export async function diagnose(context: Context, paths: readonly string[], flags: DiagnoseFlags): Promise<number> {
  const lang = flags.lang ?? "en";
  let worst = 0;
  const judge = (path: string): Promise<JudgedFile> => judgeFile(absolute(context.cwd, path), undefined, flags.pattern);
  const show = async (path: string, read: JudgedFile, sibling: object = {}): Promise<void> => {
    if (flags.json) await context.write(`${JSON.stringify({ ...toJson(path, read, lang), ...sibling })}\n`);
    else for (const line of toText(path, read, lang)) context.out(line);
    const { severity } = read.view.verdict;
    worst = Math.max(worst, severity === "critical" ? EXIT_CRITICAL : severity === "caution" ? EXIT_CAUTION : 0);
  };
  if (flags.group) {
    const files: { path: string; read: JudgedFile }[] = [];
    for (const path of paths) files.push({ path, read: await judge(path) });
    const compared = judgeSiblings(files);
    for (const file of compared) await show(file.path, file.read, siblingJson(file));
    if (!flags.json) for (const line of siblingTable(compared)) context.out(line);
  } else {
    for (const path of paths) await show(path, await judge(path));
  }
  return flags.exitCode ? worst : 0;
}

function siblingJson({ siblings }: SiblingFile): object {
  const sibling = siblings && { rank: siblings.rank, regret: siblings.regret, bestPath: siblings.best.id };
  return { sibling };
}

/** The line of `--json`: its fields are a contract. */
function toJson(path: string, { view, facts, observations, lastStep }: JudgedFile, lang: Language): object {
  const { verdict } = view;
  return {
    path,
    format: facts.format,
    points: observations,
    lines: { read: facts.linesRead, parsed: facts.linesParsed },
    stepSource: facts.stepSource,
    verdict: {
      name: verdict.name,
      confidence: verdict.confidence,
      sinceStep: verdict.sinceStep,
      cause: verdict.cause,
      also: verdict.also,
      reason: verdict.reason[lang],
      advice: verdict.advice[lang],
      evidence: verdict.evidence.map(plainEvidence),
    },
    lr: view.lr,
    findings: view.findings.map((finding) => ({
      ...finding,
      text: finding.text[lang],
      evidence: finding.evidence.map(plainEvidence),
    })),
    timeline: view.timeline,
    schedule: view.schedule && { ...view.schedule, text: view.schedule.text[lang], curve: undefined },
    earlyStopping: view.earlyStopping,
    forecast: view.forecast,
    review: view.review.map((item) => ({ ...item, name: item.name[lang], advice: item.advice[lang] })),
    end: { state: stateOf(facts, lastStep), lastStep },
  };
}

const plainEvidence = ({ name, value, unit }: Evidence): object => ({ name, value, unit });

function toText(path: string, { view, facts, observations, lastStep, lines }: JudgedFile, lang: Language): string[] {
  if (observations === 0) return [`${path}: no verdict`, ...nothingRecognised(facts.linesRead, lines)];
  const { verdict, schedule, findings } = view;
  const percent = Math.round(verdict.confidence * 100);
  const since = verdict.sinceStep === null ? "" : ` since step ${formatStep(verdict.sinceStep)}`;
  const text = [
    `${path}: ${verdict.name}${verdict.name === "reading" ? "" : ` (${percent}%)`}${since}`,
    `  ${sparkline(view.trend.value)}  loss, step ${formatStep(view.trend.step[0] ?? 0)} to ${formatStep(lastStep ?? 0)}`,
    `  ${verdict.reason[lang]}`,
    `  ${verdict.advice[lang]}`,
  ];
  if (schedule) text.push(`  ${schedule.text[lang]}`);
  for (const finding of findings) {
    if (finding.rule !== verdict.name) text.push(`  step ${formatStep(finding.step)}: ${finding.text[lang]}`);
  }
  text.push(...reviewLines(view.review, lang));
  text.push(
    `  read as ${facts.format}, ${observations} records of ${facts.linesRead} lines, ${stateOf(facts, lastStep)}`,
  );
  return text;
}

/** What the review of the settings objects to, and how much of it was judged at all. */
function reviewLines(review: readonly ReviewItem[], lang: Language): string[] {
  const count = (status: ReviewItem["status"]): number => review.filter((item) => item.status === status).length;
  const flagged = review.filter(({ status }) => status !== "pass" && status !== "not_judged");
  return [
    ...flagged.map(({ status, name, advice, source }) => `  ${status} ${name[lang]}: ${advice[lang]} (${source})`),
    `  settings: ${flagged.length} flagged, ${count("pass")} passed, ${count("not_judged")} not judged`,
  ];
}

/** The trend drawn with block characters, at most 48 wide. */
function sparkline(values: readonly number[]): string {
  const width = Math.min(SPARK_WIDTH, values.length);
  const picked = Array.from({ length: width }, (_, i) => values[Math.floor((i * values.length) / width)] as number);
  const low = Math.min(...picked);
  const span = Math.max(...picked) - low || 1;
  return picked.map((value) => SPARK_LEVELS[Math.round(((value - low) / span) * (SPARK_LEVELS.length - 1))]).join("");
}
