import { isInForce, isWorse } from "#lib/alerts/index.ts";
import type { AlertsView, AlertView, IncidentView, Localised, Mute } from "#lib/protocol/index.ts";
import { builtInRule } from "#lib/rules/index.ts";
import type { IncidentQuery } from "#lib/store/index.ts";
import type { Reader } from "./workers/reader.ts";
import type { Remote } from "./workers/rpc.ts";

type Stored = Omit<IncidentView, "mutedUntil" | "title">;

/** Incidents as pages and programs see them, newest first. */
export async function incidentViews(
  reader: Remote<Reader>,
  query: IncidentQuery,
  now: number,
): Promise<IncidentView[]> {
  const [incidents, mutes] = await Promise.all([reader.incidents(query), reader.mutes()]);
  return incidents.map((incident) => viewOf(incident, mutes, now));
}

export async function incidentView(reader: Remote<Reader>, id: string, now: number): Promise<IncidentView | null> {
  const [incident, mutes] = await Promise.all([reader.incident(id), reader.mutes()]);
  return incident && viewOf(incident, mutes, now);
}

const [OPEN_MOST, RECENT, DELIVERIES, DEAD] = [200, 30, 30, 50];

/** All that the page of alerts shows. */
export async function alertsView(
  reader: Remote<Reader>,
  channels: readonly { id: string; name: string }[],
  now: number,
): Promise<AlertsView> {
  const of = { run: null, before: null };
  const log = { channel: null, before: null };
  const [open, recent, mutes, deliveries, dead] = await Promise.all([
    incidentViews(reader, { ...of, state: "open", limit: OPEN_MOST }, now),
    incidentViews(reader, { ...of, state: "resolved", limit: RECENT }, now),
    reader.mutes(),
    reader.deliveries({ ...log, state: null, limit: DELIVERIES }),
    reader.deliveries({ ...log, state: "dead", limit: DEAD }),
  ]);
  const inForce = mutes.filter((mute) => isInForce(mute, now));
  const names = Object.fromEntries(channels.map(({ id, name }) => [id, name]));
  return { open, recent, mutes: inForce, deliveries, dead, channels: names };
}

function viewOf(incident: Stored, mutes: readonly Mute[], now: number): IncidentView {
  return { ...incident, title: titleOf(incident), mutedUntil: mutedUntil(incident, mutes, now) };
}

const BARE: Localised = { en: "", "zh-CN": "" };

function titleOf({ alerts }: Stored): Localised {
  const [first] = alerts;
  if (!first) return BARE;
  const worst = alerts.reduce((a, b): AlertView => (isWorse(b.severity, a.severity) ? b : a), first);
  return worst.title ?? builtInRule(worst.subject)?.title ?? { en: worst.subject, "zh-CN": worst.subject };
}

/** Until when a run, or all of its project, is muted; the mute that lasts longest counts. */
export function mutedUntil(
  { run, project }: { run: string; project: string | null },
  mutes: readonly Mute[],
  now: number,
): IncidentView["mutedUntil"] {
  const until = mutes
    .filter((mute) => isInForce(mute, now))
    .filter(
      ({ scope: { kind, value } }) => (kind === "run" && value === run) || (kind === "project" && value === project),
    )
    .map((mute) => mute.until);
  if (until.length === 0) return null;
  return until.includes(null) ? "always" : Math.max(...(until as number[]));
}
