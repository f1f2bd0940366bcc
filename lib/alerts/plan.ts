import type { Alert, AlertStage, Incident, Mute } from "#lib/protocol/index.ts";
import { incidentFor, isWorse, settled } from "./incidents.ts";
import { type AlertChange, type Context, told } from "./lifecycle.ts";
import type { Notice } from "./notice.ts";
import { type Silenced, silenceOf } from "./silence.ts";

/**
 * From what has changed to what is written and told, pure: the incident each alert is of, whether anybody hears of it, and why
 * not. Everything of one plan is committed together.
 */
export type Planned = {
  alert: Alert;
  isNew: boolean;
  passed: boolean;
  notice: Notice | null;
  incident: Incident | null;
  stages: AlertStage[];
};

export type Surroundings = {
  /** Alerts of the run that were not resolved, before the changes. */
  open: readonly Alert[];
  /** The run's latest incident. */
  latest: Incident | null;
  mutes: readonly Mute[];
  project: string | null;
  /** What was over before we read it, and what was thrown away: nobody is told. */
  isHistory: boolean;
  isSwitchedOff: (subject: string) => boolean;
  /** How many alerts of the subject the run has had in the last ten minutes. */
  recent: (subject: string) => number;
  now: number;
};

/** The third time in ten minutes it is told that it comes and goes, and after that nothing. */
const FLAPS_FROM = 2;
export const FLAP_WINDOW_MS = 10 * 60_000;
/** A critical one that nobody is on is told again. Alertmanager's `repeat_interval` has the same default. */
const REMIND_AFTER_MS = 4 * 3600_000;

export function plan(changes: readonly AlertChange[], about: Surroundings): Planned[] {
  const { now } = about;
  const known = new Set(about.open.map(({ id }) => id));
  const open = new Map(about.open.map((alert) => [alert.id, alert]));
  let incident = about.latest;
  const alerts = new Map<string, Alert>();
  const planned = changes.map((change): Omit<Planned, "alert" | "incident"> & { id: string } => {
    const before = alerts.get(change.alert.id) ?? open.get(change.alert.id);
    let alert = { ...change.alert, incident: before?.incident ?? "", untold: before?.untold ?? null };
    const isNew = !known.has(alert.id);
    if (isNew && !alerts.has(alert.id) && alert.severity !== "good") {
      incident = incidentFor(incident, alert, now);
      alert = { ...alert, incident: incident.id };
    }
    if (alert.state === "resolved") open.delete(alert.id);
    else open.set(alert.id, alert);
    const { notice, silenced } = hearing(change.notice, alert, incident, [...open.values()], about);
    if (change.notice && change.notice.kind !== "resolved") alert = { ...alert, untold: silenced?.by ?? null };
    if (notice && incident?.id === alert.incident) incident = { ...incident, toldAt: now };
    // What is not told takes no number: a receiver that misses one has missed a message.
    const number = before?.notices ?? 0;
    alert = { ...alert, notices: notice ? number + 1 : number };
    alerts.set(alert.id, alert);
    if (open.has(alert.id)) open.set(alert.id, alert);
    const stages: AlertStage[] = [];
    if (change.notice || alert.state === "resolved")
      stages.push({ at: now, stage: alert.state, detail: change.notice?.kind ?? "" });
    if (silenced) stages.push({ at: now, stage: silenced.by, detail: silenced.detail });
    const told = notice && { ...notice, number, incident: alert.incident };
    return { id: alert.id, isNew, passed: change.passed, notice: told, stages };
  });
  if (incident !== null && planned.length > 0) {
    const { id } = incident;
    incident = settled(
      incident,
      [...open.values()].filter((alert) => alert.incident === id),
      now,
    );
  }
  return planned.map(({ id, ...rest }) => {
    const alert = alerts.get(id)!;
    return { ...rest, alert, incident: alert.incident !== "" && alert.incident === incident?.id ? incident : null };
  });
}

/** What of a notice is heard: all, as flapping, or nothing. */
function hearing(
  notice: Notice | null,
  alert: Alert,
  incident: Incident | null,
  open: readonly Alert[],
  about: Surroundings,
): { notice: Notice | null; silenced: Silenced | null } {
  // The end of what nobody was told of is nobody's news.
  if (!notice || (notice.kind === "resolved" && alert.untold !== null)) return { notice: null, silenced: null };
  const silence = (by: Silenced["by"], detail = ""): { notice: null; silenced: Silenced } => ({
    notice: null,
    silenced: { by, detail },
  });
  if (about.isHistory) return silence("history");
  if (about.isSwitchedOff(alert.subject)) return silence("switched_off");
  const ofAlert = incident?.id === alert.incident ? incident : null;
  const silenced = silenceOf(alert, { ...about, incident: ofAlert, open });
  // Its end is told to those who heard of its beginning, and only a mute keeps that from them.
  if (silenced && (notice.kind !== "resolved" || silenced.by === "muted")) return { notice: null, silenced };
  if (notice.kind !== "firing") return { notice, silenced: null };
  const recent = about.recent(alert.subject);
  if (recent > FLAPS_FROM) return silence("flapping");
  return { notice: recent === FLAPS_FROM ? { ...notice, kind: "flapping" } : notice, silenced: null };
}

/**
 * Looks at what stands open, from time to time: what nobody was told of for a reason that has passed is told now; what was
 * snoozed and still stands is told again, and so is what is critical, while it is on nobody's desk.
 *
 * @param about of the run that all of `open` are of; `latest` is the incident they are of
 */
export function revisit(about: Omit<Surroundings, "recent">, context: Omit<Context, "attempt">): Planned[] {
  const { open, latest, now } = about;
  if (about.isHistory) return [];
  let incident = latest;
  const isAwake = incident !== null && incident.snoozedUntil !== null && incident.snoozedUntil <= now;
  if (incident && isAwake) incident = { ...incident, snoozedUntil: null };
  const isQuiet = (alert: Alert): boolean =>
    about.isSwitchedOff(alert.subject) || silenceOf(alert, { ...about, incident, open }) !== null;
  const ofIncident = open.filter((alert) => alert.incident === incident?.id);
  const late = open.filter((alert) => WAITS.has(alert.untold ?? "") && !isQuiet(alert));
  const changes = late.map((alert) => told({ ...alert, untold: null }, "firing", context));
  const isDue =
    incident !== null &&
    late.length === 0 &&
    incident.ack === null &&
    (isAwake || (incident.severity === "critical" && (incident.toldAt ?? now) <= now - REMIND_AFTER_MS));
  const worst = ofIncident
    .filter((alert) => (isAwake || alert.severity === "critical") && alert.untold === null && !isQuiet(alert))
    .reduce<Alert | null>((a, b) => (a === null || isWorse(b.severity, a.severity) ? b : a), null);
  if (isDue && worst) changes.push(told(worst, "reminder", context));
  if (changes.length === 0 && incident === latest) return [];
  if (changes.length > 0 && incident) incident = { ...incident, toldAt: now };
  const stage = (alert: Alert, kind: Notice["kind"] | undefined): AlertStage => ({
    at: now,
    stage: kind === "reminder" ? "reminded" : "firing",
    detail: alert.untold === null ? "" : `no longer ${alert.untold}`,
  });
  const heard: Planned[] = changes.map(({ alert, passed, notice }) => ({
    ...{ alert, isNew: false, passed, notice },
    incident: alert.incident === incident?.id ? incident : null,
    stages: [stage(open.find(({ id }) => id === alert.id) ?? alert, notice?.kind)],
  }));
  // A snooze that has ended with nothing to say is kept all the same.
  const [first] = ofIncident;
  if (heard.length === 0 && first)
    return [{ alert: first, isNew: false, passed: false, notice: null, incident, stages: [] }];
  return heard;
}

const WAITS: ReadonlySet<string> = new Set(["muted", "snoozed", "inhibited"]);
