import type { Alert, Incident, Mute, Silence } from "#lib/protocol/index.ts";

/** What keeps word of an alert from the channels, and whose doing it is. Pure. */
export type Silenced = { by: Silence; detail: string };

/**
 * What explains what, in one run: while the first is so, the others are its consequences and need no word of their own.
 * Sources: Alertmanager's inhibition; RELIABILITY.md §4.2.
 */
const EXPLAINS: Record<string, readonly string[]> = {
  nan: [
    "diverging",
    "oscillating",
    "overfitting",
    "spike",
    "plateau",
    "too_slow",
    "loss.spike",
    "grad.explosion",
    "nan.grad_unscaled",
    "nan.late_report",
    "missing.loss",
    "zero.grad",
    "const.loss",
    "lr.too_high",
    "lr.too_low",
    "early_stop.recommend",
    "fp16.skip_rate",
    "fp16.scale_floor",
    "fp16.scale_collapse",
  ],
  diverging: [
    "oscillating",
    "overfitting",
    "spike",
    "plateau",
    "loss.spike",
    "grad.explosion",
    "lr.too_high",
    "early_stop.recommend",
  ],
  oscillating: ["lr.too_high", "loss.spike"],
  too_slow: ["lr.too_low"],
  overfitting: ["early_stop.recommend"],
  "run.lost": ["run.quiet", "run.hang", "pace.slow", "gpu.idle"],
  "run.hang": ["run.quiet", "pace.slow", "gpu.idle"],
  "run.failed": ["run.quiet", "run.hang", "run.lost", "gpu.idle"],
  "disk.full": ["run.quiet"],
  "gpu.throttled": ["pace.slow"],
};

type About = {
  incident: Incident | null;
  /** Alerts of the run that are not resolved. */
  open: readonly Pick<Alert, "id" | "subject">[];
  mutes: readonly Mute[];
  project: string | null;
  now: number;
};

/** Null when there is nothing against telling the channels of this alert. */
export function silenceOf(alert: Alert, { incident, open, mutes, project, now }: About): Silenced | null {
  const mute = mutes.find((one) => isInForce(one, now) && covers(one, alert, project));
  if (mute) return { by: "muted", detail: `${mute.scope.kind} ${mute.scope.value}` };
  const cause = open.find(({ id, subject }) => id !== alert.id && EXPLAINS[subject]?.includes(alert.subject));
  if (cause) return { by: "inhibited", detail: cause.subject };
  const until = incident?.snoozedUntil ?? null;
  return until !== null && until > now ? { by: "snoozed", detail: new Date(until).toISOString() } : null;
}

export const isInForce = ({ until }: Mute, now: number): boolean => until === null || until > now;

function covers({ scope: { kind, value } }: Mute, { run, subject }: Alert, project: string | null): boolean {
  return (
    (kind === "run" && value === run) ||
    (kind === "rule" && value === subject) ||
    (kind === "project" && value === project)
  );
}

/** The channels that a mute of their own does not keep still. */
export function heardBy(channels: readonly string[], mutes: readonly Mute[], now: number): string[] {
  const still = mutes.filter((mute) => mute.scope.kind === "channel" && isInForce(mute, now));
  return channels.filter((channel) => !still.some(({ scope }) => scope.value === channel));
}
