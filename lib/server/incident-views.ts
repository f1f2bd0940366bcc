import { isInForce } from "#lib/alerts/index.ts";
import type { IncidentView, Mute } from "#lib/protocol/index.ts";
import type { IncidentQuery } from "#lib/store/index.ts";
import type { Reader } from "./workers/reader.ts";
import type { Remote } from "./workers/rpc.ts";

/** Incidents as pages and programs see them, newest first. */
export async function incidentViews(
  reader: Remote<Reader>,
  query: IncidentQuery,
  now: number,
): Promise<IncidentView[]> {
  const [incidents, mutes] = await Promise.all([reader.incidents(query), reader.mutes()]);
  return incidents.map((incident) => ({ ...incident, mutedUntil: mutedUntil(incident, mutes, now) }));
}

export async function incidentView(reader: Remote<Reader>, id: string, now: number): Promise<IncidentView | null> {
  const [incident, mutes] = await Promise.all([reader.incident(id), reader.mutes()]);
  return incident && { ...incident, mutedUntil: mutedUntil(incident, mutes, now) };
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
