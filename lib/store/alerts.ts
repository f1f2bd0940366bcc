import type Database from "better-sqlite3";
import type { Alert, AlertStage, Incident, Mute } from "#lib/protocol/index.ts";
import type { AlertWrite } from "./store.ts";

/**
 * Alerts, the incidents they are of, what became of them, and their notices. A notice is one row for each channel, unique by
 * (alert, number, channel): whatever is written again after a crash is there already. A notice that may wait is folded away
 * when its alert has passed before it left.
 */
type AlertRow = { alert: string };
type IncidentRow = { incident: string };

/** A notice below critical waits this long, so that what passes at once is not told. */
const HOLD_MS = 10_000;
/** Kept of what became of one alert. */
const STAGES_MOST = 200;

export class AlertWrites {
  readonly #addAlert: Database.Statement<[string, string, string, string, string, number]>;
  readonly #saveAlert: Database.Statement<[string, string, string]>;
  readonly #open: Database.Statement<[string], AlertRow>;
  readonly #allOpen: Database.Statement<[], AlertRow>;
  readonly #since: Database.Statement<[string, number, string], number>;
  readonly #saveIncident: Database.Statement<[string, string, number, string, string, number]>;
  readonly #latest: Database.Statement<[string], IncidentRow>;
  readonly #incident: Database.Statement<[string], IncidentRow>;
  readonly #addStage: Database.Statement<[string, number, string, string]>;
  readonly #cutStages: Database.Statement<[string, string, number]>;
  readonly #addNotice: Database.Statement<[string, number, string, string, string, string, number, number, number]>;
  readonly #openOf: Database.Statement<[string], string>;
  readonly #fold: Database.Statement<[number, string]>;
  readonly #told: Database.Statement<[string, string], number>;
  readonly #saveMute: Database.Statement<[string, string]>;
  readonly #removeMute: Database.Statement<[string]>;
  readonly #mutes: Database.Statement<[], { mute: string }>;

  constructor(db: Database.Database) {
    this.#addAlert = db.prepare(
      "INSERT INTO alerts (id, run, state, alert, incident, since) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#saveAlert = db.prepare("UPDATE alerts SET state = ?, alert = ? WHERE id = ?");
    this.#open = db.prepare("SELECT alert FROM alerts WHERE run = ? AND state != 'resolved' ORDER BY since, id");
    this.#allOpen = db.prepare("SELECT alert FROM alerts WHERE state != 'resolved' ORDER BY run, since, id");
    this.#since = db
      .prepare<[string, number, string], number>(
        "SELECT count(*) FROM alerts WHERE run = ? AND since >= ? AND alert ->> 'subject' = ?",
      )
      .pluck();
    this.#saveIncident = db.prepare(
      `INSERT INTO incidents (id, run, number, state, incident, opened_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, incident = excluded.incident`,
    );
    this.#latest = db.prepare("SELECT incident FROM incidents WHERE run = ? ORDER BY number DESC LIMIT 1");
    this.#incident = db.prepare("SELECT incident FROM incidents WHERE id = ?");
    this.#addStage = db.prepare("INSERT INTO alert_stages (alert, at, stage, detail) VALUES (?, ?, ?, ?)");
    this.#cutStages = db.prepare(
      `DELETE FROM alert_stages WHERE alert = ? AND id <= (
         SELECT id FROM alert_stages WHERE alert = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    );
    this.#openOf = db
      .prepare<[string], string>(
        "SELECT DISTINCT run FROM alerts WHERE state != 'resolved' AND alert ->> 'subject' = ? ORDER BY run",
      )
      .pluck();
    this.#addNotice = db.prepare(
      `INSERT INTO outbox (alert, number, channel, kind, notice, incident, not_before, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#fold = db.prepare(
      "UPDATE outbox SET state = 'folded', updated_at = ? WHERE alert = ? AND state = 'queued' AND tries = 0",
    );
    this.#told = db
      .prepare<[string, string], number>(
        `SELECT 1 FROM outbox WHERE alert = ? AND channel = ? AND kind IN ('firing', 'flapping', 'reminder')
           AND (state IN ('sent', 'sending', 'digested') OR tries > 0)`,
      )
      .pluck();
    this.#saveMute = db.prepare(
      "INSERT INTO mutes (id, mute) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET mute = excluded.mute",
    );
    this.#removeMute = db.prepare("DELETE FROM mutes WHERE id = ?");
    this.#mutes = db.prepare("SELECT mute FROM mutes ORDER BY id");
  }

  open(run: string): Alert[] {
    return this.#open.all(run).map(asAlert);
  }

  allOpen(): Alert[] {
    return this.#allOpen.all().map(asAlert);
  }

  since(run: string, subject: string, since: number): number {
    return this.#since.get(run, since, subject) ?? 0;
  }

  latestIncident(run: string): Incident | null {
    return asIncident(this.#latest.get(run));
  }

  incident(id: string): Incident | null {
    return asIncident(this.#incident.get(id));
  }

  runsWithOpen(subject: string): string[] {
    return this.#openOf.all(subject);
  }

  /** Inside a transaction. An alert that is known by its id already is not told again. */
  save(writes: readonly AlertWrite[], channels: readonly string[], now: number): void {
    const repeats = new Set<string>();
    for (const { alert, isNew } of new Map(writes.map((write) => [write.alert.id, write])).values()) {
      const json = JSON.stringify(alert);
      const { id, run, state, incident, since } = alert;
      if (!isNew) this.#saveAlert.run(state, json, id);
      else if (this.#addAlert.run(id, run, state, json, incident, since).changes === 0) repeats.add(id);
    }
    for (const write of writes) {
      if (repeats.has(write.alert.id)) continue;
      const { incident, alert, stages } = write;
      if (incident) {
        const { id, run, number, state, openedAt } = incident;
        this.#saveIncident.run(id, run, number, state, JSON.stringify(incident), openedAt);
      }
      this.#tell(alert.id, stages);
      this.#saveNotice(write, channels, now);
    }
  }

  #tell(alert: string, stages: readonly AlertStage[]): void {
    for (const { at, stage, detail } of stages) this.#addStage.run(alert, at, stage, detail);
    if (stages.length > 0) this.#cutStages.run(alert, alert, STAGES_MOST);
  }

  #saveNotice({ alert, passed, notice }: AlertWrite, channels: readonly string[], now: number): void {
    const add = (channel: string, due: number): void => {
      if (!notice) return;
      const { number, kind, body } = notice;
      this.#addNotice.run(alert.id, number, channel, kind, body, alert.incident, due, now, now);
    };
    if (notice && notice.kind !== "resolved") {
      for (const channel of channels) add(channel, notice.urgent ? now : now + HOLD_MS);
      if (channels.length === 0) this.#tell(alert.id, [{ at: now, stage: "no_channel", detail: "" }]);
      return;
    }
    // That it is over is told to those who heard that it began.
    const heard = channels.filter((channel) => this.#told.get(alert.id, channel) !== undefined);
    if (passed) this.#fold.run(now, alert.id);
    for (const channel of heard) add(channel, now);
  }

  mutes(): Mute[] {
    return this.#mutes.all().map(({ mute }) => JSON.parse(mute) as Mute);
  }

  saveMute(mute: Mute): void {
    this.#saveMute.run(mute.id, JSON.stringify(mute));
  }

  removeMute(id: string): boolean {
    return this.#removeMute.run(id).changes > 0;
  }
}

/** JSON that `save` was given as an alert, perhaps by a version that knew less of it. */
export function asAlert({ alert }: AlertRow): Alert {
  const stored = JSON.parse(alert) as Omit<Alert, "incident" | "untold"> & Partial<Alert>;
  return { incident: "", untold: null, ...stored };
}

const asIncident = (row: IncidentRow | undefined): Incident | null =>
  row ? (JSON.parse(row.incident) as Incident) : null;
