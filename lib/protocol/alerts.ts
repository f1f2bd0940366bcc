import type { Localised } from "./diagnosis.ts";
import type { Severity } from "./names.ts";

/** A finding that is pushed, with a life of its own. Times are epoch ms by the server's clock. */
export type AlertState = "pending" | "firing" | "resolved";

export type Alert = {
  id: string;
  run: string;
  /** What it is about: a rule id, or a verdict's name. One alert of a subject is open in a run at a time. */
  subject: string;
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
};

/** How one notice to one channel went. */
export type DeliveryState = "queued" | "sending" | "sent" | "dead" | "folded";

export type Delivery = {
  /** Kind of channel and its shown name; never its address. */
  channel: string;
  state: DeliveryState;
  at: number;
  tries: number;
  error: string | null;
};

export type AlertView = Alert & { told: Delivery[] };
