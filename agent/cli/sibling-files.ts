import { formatLearningRate, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import { compareSiblings, type SiblingCurve, type SiblingEvidence } from "#lib/diagnosis/index.ts";
import type { JudgedFile } from "./judge-file.ts";

/** A log judged among others of one task that differ in the learning rate. */
export type SiblingFile = { path: string; read: JudgedFile; siblings: SiblingEvidence | null };

/**
 * Lets logs that a person says are siblings judge each other: each one's view then says so, too.
 *
 * @param files with the path as it was given
 */
export function judgeSiblings(files: readonly { path: string; read: JudgedFile }[]): SiblingFile[] {
  const curves = files.map(({ path, read }) => curveOf(path, read));
  return files.map(({ path, read }, i) => {
    const own = curves[i] ?? null;
    const others = curves.filter((curve): curve is SiblingCurve => curve !== null && curve !== own);
    const siblings = own && compareSiblings(own, others);
    read.engine.setContext({ siblings });
    return { path, read: { ...read, view: read.engine.view() }, siblings };
  });
}

/** A log that tells no plan has all there will be. */
function curveOf(path: string, { engine, facts }: JudgedFile): SiblingCurve | null {
  const curve = engine.siblingCurve(path, path);
  return curve && { ...curve, ended: facts.maxSteps === null || facts.end !== null };
}

/** One line a run, by learning rate: level, what was lost against the best, and what is said of its rate. */
export function siblingTable(files: readonly SiblingFile[]): string[] {
  const compared = files.filter((file): file is SiblingFile & { siblings: SiblingEvidence } => file.siblings !== null);
  if (compared.length === 0) {
    return ["Not compared: it takes logs of at least three learning rates that have learnt something."];
  }
  const rows = compared
    .map(({ path, read, siblings }) => ({ path, read, siblings, rate: rateOf(path, siblings) }))
    .sort((a, b) => a.rate - b.rate)
    .map(({ path, read, siblings: { level, regret, best, atStep }, rate }) => [
      formatLearningRate(rate),
      level === null ? "–" : formatMetric(level),
      regret === null ? "–" : formatShare(regret),
      level === null ? failure(read) : `${read.view.lr.judgement}${best.id === path ? ", won" : ""}`,
      formatStep(atStep),
      path,
    ]);
  const table = [["LR", "loss", "regret", "learning rate is", "at step", "run"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd());
}

const rateOf = (path: string, { curve }: SiblingEvidence): number =>
  curve.find(({ id }) => id === path)?.rate ?? Number.NaN;

function failure({ view }: JudgedFile): string {
  const { name, sinceStep } = view.verdict;
  return `${view.lr.judgement}, failed: ${name}${sinceStep === null ? "" : ` at step ${formatStep(sinceStep)}`}`;
}
