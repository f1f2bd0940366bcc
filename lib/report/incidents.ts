import { formatStep } from "#lib/core/index.ts";
import { type Finding, type Localised, type Severity, VERDICTS, type VerdictName } from "#lib/protocol/index.ts";
import { firstClause, localised } from "./messages/index.ts";
import type { ReportRun, ToldAlert } from "./model.ts";
import type { TimelineRow } from "./timeline.ts";

/** Something that went wrong, numbered from 1 in the order it began. */
export type Incident = {
  number: number;
  /** A rule id or a verdict's name. */
  rule: string;
  severity: Severity;
  step: number | null;
  what: Localised;
  /** The engine's own sentence. */
  text: Localised;
  told: { channel: string; at: number }[];
  /** The step or the time it ended; `lasted` when the run ended with it, `open` while it goes on, null when not known. */
  ended: { step: number } | { at: number } | "lasted" | "open" | null;
};

/** The rule id under which a crash is told. */
export const CRASH = "run.failed";

/**
 * What the engine found, each thing once; alerts of what only the server can see (an agent that is lost); and the crash.
 *
 * @param timeline the report's own: what was said of a stretch that has no extent there is left out, unless someone was told
 */
export function incidentsOf(
  run: ReportRun,
  timeline: readonly TimelineRow[],
  alerts: readonly ToldAlert[],
): Incident[] {
  const findings = run.diagnosis.findings.filter(
    (finding, i, all) => finding.severity !== "good" && !all.some((other, j) => saysMore(other, finding, j > i)),
  );
  const rows: Unnumbered[] = [];
  const covered = new Set<TimelineRow>();
  for (const finding of findings) {
    const own = alerts.filter((alert) => isAbout(alert, finding));
    const verdict = VERDICTS.find((name) => name === finding.rule) ?? null;
    const stretch = verdict && stretchOf(timeline, verdict, finding.step);
    const superseded = verdict !== null && (stretch === null || covered.has(stretch));
    if (superseded && own.length === 0) continue;
    if (stretch) covered.add(stretch);
    const ended = (stretch && endOf(run, stretch)) ?? timeOf(own);
    rows.push({ ...fromFinding(finding, verdict), told: toldOf(own), ended });
  }
  const others = alerts.filter(
    (alert) => alert.severity !== "good" && !findings.some((finding) => isAbout(alert, finding)),
  );
  for (const alert of others.filter((alert, i) => others.findIndex((a) => sameSubject(a, alert)) === i)) {
    const own = others.filter((other) => sameSubject(other, alert));
    rows.push({ ...fromAlert(alert), told: toldOf(own), ended: timeOf(own) });
  }
  if (run.end?.kind === "failed" && !rows.some(({ rule }) => rule === CRASH)) rows.push(crash(run.end.line, run.step));
  const place = ({ step }: Unnumbered): number => step ?? Number.POSITIVE_INFINITY;
  return rows
    .sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
    .map((incident, i) => ({ number: i + 1, ...incident }));
}

type Unnumbered = Omit<Incident, "number">;

/** The same thing is said twice: again when it has become sure, or with the advice added. */
function saysMore(other: Finding, finding: Finding, later: boolean): boolean {
  if (other === finding || other.step !== finding.step) return false;
  if (other.rule === finding.rule) return later;
  return other.text.en.length > finding.text.en.length && other.text.en.startsWith(finding.text.en);
}

function stretchOf(timeline: readonly TimelineRow[], verdict: VerdictName, step: number): TimelineRow | null {
  return timeline.find((row) => row.verdict === verdict && row.fromStep <= step && step <= row.toStep) ?? null;
}

type Told = Omit<Unnumbered, "told" | "ended">;

function fromFinding({ rule, severity, step, text }: Finding, verdict: VerdictName | null): Told {
  const what = verdict
    ? localised((m) => m.incident(m.verdict[verdict], m.means[verdict]))
    : localised((_, language) => firstClause(text[language]));
  return { rule, severity, step, what, text };
}

function fromAlert({ subject, severity, step, text }: ToldAlert): Told {
  return { rule: subject, severity, step, what: localised((_, language) => firstClause(text[language])), text };
}

function crash(line: number, step: number | null): Unnumbered {
  const text = localised((m) => m.crashed(formatStep(line)));
  const what = localised((_, language) => firstClause(text[language]));
  return { rule: CRASH, severity: "critical", step, what, text, told: [], ended: null };
}

function endOf({ state }: ReportRun, { open, toStep }: TimelineRow): Incident["ended"] {
  if (!open) return { step: toStep };
  return state === "finished" || state === "failed" ? "lasted" : "open";
}

const toldOf = (alerts: readonly ToldAlert[]): Incident["told"] =>
  alerts.map(({ channel, toldAt }) => ({ channel, at: toldAt }));

const timeOf = (alerts: readonly ToldAlert[]): Incident["ended"] => {
  const end = alerts.find(({ endedAt }) => endedAt !== null)?.endedAt ?? null;
  return end === null ? null : { at: end };
};

const isAbout = ({ subject, step }: ToldAlert, finding: Finding): boolean =>
  subject === finding.rule && step === finding.step;

const sameSubject = (a: ToldAlert, b: ToldAlert): boolean => a.subject === b.subject && a.step === b.step;
