import type { Alert, Incident, Mute } from "#lib/protocol/index.ts";
import type { Context } from "./lifecycle.ts";
import type { Notice } from "./notice.ts";
import type { Surroundings } from "./plan.ts";

/** What tests of alerts are told in: one run, at one moment. */
export const NOW = 1_750_000_000_000;
export const MINUTE = 60_000;

export const RUN: Context["run"] = {
  id: "r",
  name: "lr6e4",
  project: "atlas",
  host: "gpu-07",
  step: 50,
  maxSteps: 100,
  loss: 2,
  learningRate: 1e-4,
  msLeft: null,
};

/** An alert that fired and was told. */
export function alertOf(subject: string, changes: Partial<Alert> = {}): Alert {
  return {
    id: `r-1-${subject}-40`,
    run: "r",
    incident: "",
    subject,
    severity: "caution",
    state: "firing",
    step: 40,
    text: { en: subject, "zh-CN": subject },
    advice: { en: "", "zh-CN": "" },
    confidence: null,
    since: NOW,
    firedAt: NOW,
    resolvedAt: null,
    notices: 0,
    untold: null,
    ...changes,
  };
}

export function incidentOf(changes: Partial<Incident> = {}): Incident {
  return {
    id: "r-1",
    run: "r",
    number: 1,
    state: "open",
    severity: "caution",
    openedAt: NOW - MINUTE,
    resolvedAt: null,
    step: 40,
    ack: null,
    snoozedUntil: null,
    toldAt: NOW - MINUTE,
    ...changes,
  };
}

export function noticeOf(changes: Partial<Notice> = {}): Notice {
  const { id, subject, severity, step, text, advice, confidence } = alertOf(changes.subject ?? "oscillating");
  const said = {
    alert: id,
    number: 0,
    kind: "firing" as const,
    incident: "r-1",
    subject,
    severity,
    step,
    text,
    advice,
  };
  return { ...said, confidence, at: NOW, run: RUN, curve: [], more: 0, ...changes };
}

export const muteOf = (kind: Mute["scope"]["kind"], value: string, until: number | null = null): Mute => ({
  id: `${kind}-${value}`,
  scope: { kind, value },
  until,
  reason: "",
  createdAt: NOW,
});

/** Nothing stands open, nothing is muted. */
export const surroundings = (changes: Partial<Surroundings> = {}): Surroundings => ({
  open: [],
  latest: null,
  mutes: [],
  project: "atlas",
  isHistory: false,
  isSwitchedOff: () => false,
  recent: () => 0,
  now: NOW,
  ...changes,
});
