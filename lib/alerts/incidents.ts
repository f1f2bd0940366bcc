import type { Alert, Incident, Severity } from "#lib/protocol/index.ts";

/**
 * Which alerts of a run are one trouble, pure. An incident is open while one of its alerts is; what comes then, or within ten
 * minutes of its end, is of it. Good news is of none.
 */
const JOINS_FOR_MS = 10 * 60_000;

const RANK: Record<Severity, number> = { good: 0, note: 1, caution: 2, critical: 3 };
export const isWorse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];

/** The incident that a new alert of this run belongs to: the latest one, open again with what was said of it, or a new one. */
export function incidentFor(latest: Incident | null, { run, severity, step }: Alert, now: number): Incident {
  const joins = latest && (latest.state === "open" || now - (latest.resolvedAt ?? now) <= JOINS_FOR_MS);
  if (joins) {
    // What a person has said of it was not said of something worse.
    const again: Incident = { ...latest, state: "open", resolvedAt: null };
    return isWorse(severity, latest.severity) ? { ...again, severity, ack: null, snoozedUntil: null } : again;
  }
  const number = (latest?.number ?? 0) + 1;
  return {
    id: `${run}-${number}`,
    run,
    number,
    state: "open",
    severity,
    openedAt: now,
    resolvedAt: null,
    step,
    ack: null,
    snoozedUntil: null,
    toldAt: null,
  };
}

/** The incident once its alerts are these: open while one of them is. */
export function settled(incident: Incident, alerts: readonly Alert[], now: number): Incident {
  const isOpen = alerts.some(({ state }) => state !== "resolved");
  if (isOpen) return { ...incident, state: "open", resolvedAt: null };
  return { ...incident, state: "resolved", resolvedAt: incident.resolvedAt ?? now, snoozedUntil: null };
}
