import type { Delivery, Finding, RunView } from "#lib/protocol/index.ts";

/** A finding with the number it is called by, on the strip and in the list: the oldest is 1. */
export type Incident = Finding & { number: number };

/** What went wrong, oldest first. That all is well again is no incident. */
export function incidentsOf(run: RunView): Incident[] {
  return run.diagnosis.findings
    .filter(({ severity }) => severity !== "good")
    .filter((finding, _, all) => !all.some((other) => other.alert && !finding.alert && isSameNews(finding, other)))
    .map((finding, i) => ({ ...finding, number: i + 1 }));
}

/** The fact beneath a verdict (`nan.loss` under `nan`), said at the same step. */
function isSameNews(fact: Finding, verdict: Finding): boolean {
  return fact.step === verdict.step && fact.severity === verdict.severity && fact.rule !== verdict.rule;
}

/** Who was told of an incident, and how that went; what passed before it left was told to nobody. */
export function toldOf(run: RunView, { rule, step }: Finding): Delivery[] {
  const alert = run.alerts.find((candidate) => candidate.subject === rule && candidate.step === step);
  return alert?.told.filter(({ state }) => state !== "folded") ?? [];
}

export const incidentId = (number: number): string => `incident-${number}`;
