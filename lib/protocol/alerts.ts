import type { Localised } from "./diagnosis.ts";
import type { Severity } from "./names.ts";

/** A finding that is pushed, with a life of its own. Times are epoch ms by the server's clock. */
export type AlertState = "pending" | "firing" | "resolved";

export type Alert = {
  id: string;
  run: string;
  /** The incident it belongs to; "" where there is none: good news, and what is from before incidents were. */
  incident: string;
  /** What it is about: a rule id, or a verdict's name. One alert of a subject is open in a run at a time. */
  subject: string;
  /** What it is called, where no list of titles tells: the name of a person's rule. */
  title?: Localised;
  severity: Severity;
  state: AlertState;
  /** Where it began, in steps; null for what has no step (the agent is lost). */
  step: number | null;
  text: Localised;
  advice: Localised;
  /** 0 … 1, of the verdict it came from; null where there is none. */
  confidence: number | null;
  since: number;
  firedAt: number | null;
  resolvedAt: number | null;
  /** Notices written so far; the next one has this number. */
  notices: number;
  /** Why nobody is told of it as it stands; null when the channels are. */
  untold: Silence | null;
};

/** What keeps a notice from the channels. */
export type Silence = "history" | "muted" | "snoozed" | "inhibited" | "flapping" | "switched_off";

/** How one notice to one channel went. `digested`: told together with others, for there were too many. */
export const DELIVERY_STATES = ["queued", "sending", "sent", "dead", "folded", "digested"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export type Delivery = {
  /** Id of the channel; never its address. */
  channel: string;
  state: DeliveryState;
  at: number;
  tries: number;
  error: string | null;
};

export type AlertView = Alert & { told: Delivery[] };

/** The alerts of one run that belong together, and what a person has said to them. */
export type Incident = {
  /** `RUN-NUMBER`. */
  id: string;
  run: string;
  /** Within the run, from 1. */
  number: number;
  state: "open" | "resolved";
  /** Of its worst alert. */
  severity: Severity;
  openedAt: number;
  resolvedAt: number | null;
  /** Where its first alert began. */
  step: number | null;
  /** Somebody is on it: no reminders, until it gets worse. */
  ack: { at: number; by: string | null } | null;
  /** Nobody is told until then, unless it gets worse; and again then if it still stands. */
  snoozedUntil: number | null;
  /** When a channel was last sent word of it. */
  toldAt: number | null;
};

export type IncidentView = Incident & {
  /** Of its worst alert, the newest of those. */
  title: Localised;
  runName: string;
  project: string | null;
  /** Until when its run is muted; "always": until somebody ends that. */
  mutedUntil: number | "always" | null;
  /** Newest first. */
  alerts: AlertView[];
};

/** What nobody is told of, and until when; null is until somebody ends it. */
export type Mute = {
  id: string;
  scope: { kind: (typeof MUTE_KINDS)[number]; value: string };
  until: number | null;
  reason: string;
  createdAt: number;
};
export const MUTE_KINDS = ["run", "rule", "project", "channel"] as const;

/** One step of what became of an alert, oldest first: the answer to "why was I not told?". */
export type AlertStage = {
  at: number;
  stage: "pending" | "firing" | "resolved" | "acknowledged" | "reminded" | Silence | DeliveryState | "no_channel";
  /** The channel, the alert or the mute that it was for, or the receiver's error. */
  detail: string;
};

/** One row of the delivery log. */
export type DeliveryRow = Delivery & {
  id: number;
  alert: string;
  number: number;
  kind: string;
  run: string;
  subject: string;
  createdAt: number;
};

/** What the page of alerts shows. */
export type AlertsView = {
  open: IncidentView[];
  /** Over, newest first. */
  recent: IncidentView[];
  mutes: Mute[];
  deliveries: DeliveryRow[];
  /** Notices that could not be delivered, newest first. */
  dead: DeliveryRow[];
  /** Names of channels, by id. */
  channels: Record<string, string>;
};
