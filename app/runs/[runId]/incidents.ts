import { verdictStretches } from "#lib/core/index.ts";
import {
  type Delivery,
  type Finding,
  type Localised,
  type RunView,
  type Severity,
  type TimelineSegment,
  VERDICTS,
  type VerdictName,
} from "#lib/protocol/index.ts";

/** Something that went wrong, with the number it is called by on the strip and in the list: the oldest is 1. */
export type Incident = {
  number: number;
  /** A rule id, a verdict's name, or `run.…` for what only the server can see. */
  rule: string;
  severity: Severity;
  step: number;
  saidAtStep: number;
  text: Localised;
  ending: Ending;
};

export type Ending =
  /** Still so; `lasted` when the run ended with it. */
  | { kind: "open" }
  | { kind: "lasted" }
  /** Well again after so many steps, or after so long. */
  | { kind: "recovered"; steps: number }
  | { kind: "recovered"; ms: number }
  /** Something worse, or only different, took its place there. */
  | { kind: "followed"; by: VerdictName; at: number }
  /** It happened, and there is nothing to come back from. */
  | { kind: "noted" };

type Unnumbered = Omit<Incident, "number">;

/** What went wrong, oldest first. That all is well again is no incident. */
export function incidentsOf(run: RunView): Incident[] {
  const stretches = verdictStretches(run.timeline);
  const bad = run.diagnosis.findings.filter(({ severity }) => severity !== "good");
  const fresh = bad.filter(
    (finding) => !bad.some((other) => other.alert && !finding.alert && isSameNews(finding, other)),
  );
  const found = bySubject(fresh).map((told) => fromFindings(told, run, stretches));
  return [...found, ...unseenByTheEngine(run)]
    .sort((a, b) => a.step - b.step)
    .map((incident, i) => ({ number: i + 1, ...incident }));
}

/** The fact beneath a verdict (`nan.loss` under `nan`), said at the same step. */
function isSameNews(fact: Finding, verdict: Finding): boolean {
  return fact.step === verdict.step && fact.severity === verdict.severity && fact.rule !== verdict.rule;
}

/** What was said of one thing again, surer or taking it back, belongs together. */
function bySubject(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.step}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

const URGENCY: readonly Severity[] = ["good", "note", "caution", "critical"];
const urgency = ({ severity }: { severity: Severity }): number => URGENCY.indexOf(severity);

function fromFindings(told: readonly Finding[], run: RunView, stretches: readonly TimelineSegment[]): Unnumbered {
  const worst = told.reduce((a, b) => (urgency(b) >= urgency(a) ? b : a));
  const { rule, severity, step, saidAtStep, text } = worst;
  const last = told.at(-1)!;
  const ending: Ending =
    urgency(last) < urgency(worst)
      ? { kind: "recovered", steps: last.saidAtStep - step }
      : endingOf(worst, run, stretches);
  return { rule, severity, step, saidAtStep, text, ending };
}

function endingOf({ rule, severity, step }: Finding, run: RunView, stretches: readonly TimelineSegment[]): Ending {
  const stands: Ending = isOver(run) ? { kind: "lasted" } : { kind: "open" };
  if (!VERDICTS.some((name) => name === rule)) {
    if (severity === "note") return { kind: "noted" };
    const well = stretches.find(({ verdict, fromStep }) => verdict === "healthy" && fromStep > step);
    return well ? { kind: "recovered", steps: well.fromStep - step } : stands;
  }
  const at = stretches.findIndex(
    ({ verdict, fromStep, toStep }) => verdict === rule && fromStep <= step && step <= (toStep ?? step),
  );
  const [stretch, next] = [stretches[at], stretches[at + 1]];
  // A verdict that was taken back to where it began has no stretch.
  if (!stretch) return { kind: "noted" };
  if (stretch.toStep === null || !next) return stands;
  if (next.verdict === "healthy") return { kind: "recovered", steps: stretch.toStep - stretch.fromStep };
  return { kind: "followed", by: next.verdict, at: next.fromStep };
}

const isOver = ({ state }: RunView): boolean => state === "finished" || state === "failed";

/** What only the server sees: the process, the machines, and what people's rules look at. */
const BESIDE_THE_ENGINE = /^(?:run\.|gpu\.|disk\.|rule:)/;

/** Alerts that no finding stands behind: silence, an agent that is lost, a crash, a person's rule. */
function unseenByTheEngine(run: RunView): Unnumbered[] {
  return run.alerts.flatMap(({ subject, severity, state, step, text, since, resolvedAt }) => {
    if (!BESIDE_THE_ENGINE.test(subject) || severity === "good" || step === null) return [];
    const ending: Ending =
      subject === "run.failed"
        ? { kind: "lasted" }
        : state === "resolved"
          ? { kind: "recovered", ms: (resolvedAt ?? since) - since }
          : { kind: "open" };
    return [{ rule: subject, severity, step, saidAtStep: step, text, ending }];
  });
}

/** Who was told of an incident, and how that went; what passed before it left was told to nobody. */
export function toldOf(run: RunView, { rule, step }: Pick<Incident, "rule" | "step">): Delivery[] {
  const alert = run.alerts.find((candidate) => candidate.subject === rule && candidate.step === step);
  return alert?.told.filter(({ state }) => state !== "folded") ?? [];
}

export const incidentId = (number: number): string => `incident-${number}`;

/** Of the run so far: how much is shown to either side of something that takes no time. */
const AROUND = 0.04;
const LEAST_STEPS = 10;

/** The stretch of steps in which an incident can be seen whole, with what came before it. */
export function stretchAround({ step, ending }: Incident, run: RunView): { from: number; to: number } {
  const now = Math.max(run.step ?? step, step);
  const around = Math.max(LEAST_STEPS, AROUND * now);
  const until = endStep(ending, step, now);
  const pad = Math.max(around, (until - step) / 3);
  return { from: Math.max(0, Math.round(step - pad)), to: Math.round(Math.max(step + 1, Math.min(now, until + pad))) };
}

function endStep(ending: Ending, step: number, now: number): number {
  if (ending.kind === "open" || ending.kind === "lasted") return now;
  if (ending.kind === "followed") return ending.at;
  return ending.kind === "recovered" && "steps" in ending ? step + ending.steps : step;
}

/** Neighbours that say the same are one row with the others folded, from so many on. */
const FOLD_FROM = 3;

/** Runs of one finding that was made again and again, next to each other in the list. */
export function folded(incidents: readonly Incident[]): Incident[][] {
  const groups: Incident[][] = [];
  for (const incident of incidents) {
    const group = groups.at(-1);
    if (group?.[0]?.rule === incident.rule && isClosed(group[0]) === isClosed(incident)) group.push(incident);
    else groups.push([incident]);
  }
  return groups.flatMap((group) => (group.length < FOLD_FROM ? group.map((one) => [one]) : [group]));
}

/** Grey in the list: there is nothing left to do about it. */
export const isClosed = ({ ending }: Incident): boolean => ending.kind === "recovered" || ending.kind === "followed";
