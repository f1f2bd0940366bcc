import type Database from "better-sqlite3";
import type {
  AlertStage,
  AlertView,
  Delivery,
  DeliveryRow,
  Incident,
  IncidentView,
  Mute,
} from "#lib/protocol/index.ts";
import { asAlert } from "./alerts.ts";
import type { DeliveryQuery, IncidentQuery } from "./store.ts";

type AlertRow = { id: string; alert: string };
type OfAlert = Delivery & { alert: string };
type IncidentRow = { incident: string; runName: string; project: string | null };
export type StoredIncidentView = Omit<IncidentView, "mutedUntil" | "title">;

const DELIVERY = "channel, state, updated_at AS at, tries, error";
const OF_INCIDENT = `SELECT i.incident, coalesce(r.given_name, r.name) AS runName, r.project
  FROM incidents i JOIN runs r ON r.id = i.run AND r.deleted_at IS NULL`;

/** What pages and programs are told of alerts. Inside a transaction. */
export class AlertReads {
  readonly #ofRun: Database.Statement<[string], AlertRow>;
  readonly #ofIncident: Database.Statement<[string], AlertRow>;
  readonly #deliveries: Database.Statement<[string], OfAlert>;
  readonly #lastOf: Database.Statement<[string], Delivery>;
  readonly #incidents: Database.Statement<unknown[], IncidentRow>;
  readonly #incident: Database.Statement<[string], IncidentRow>;
  readonly #open: Database.Statement<[string], { incident: string }>;
  readonly #alertIsThere: Database.Statement<[string], number>;
  readonly #stages: Database.Statement<[string], AlertStage>;
  readonly #log: Database.Statement<unknown[], DeliveryRow>;
  readonly #mutes: Database.Statement<[], { mute: string }>;

  constructor(db: Database.Database) {
    this.#ofRun = db.prepare("SELECT id, alert FROM alerts WHERE run = ? ORDER BY since DESC, id DESC LIMIT 500");
    this.#ofIncident = db.prepare(
      "SELECT id, alert FROM alerts WHERE incident = ? ORDER BY since DESC, id DESC LIMIT 500",
    );
    this.#deliveries = db.prepare(`SELECT alert, ${DELIVERY} FROM outbox WHERE alert = ? ORDER BY id`);
    this.#lastOf = db.prepare(
      `SELECT ${DELIVERY} FROM outbox WHERE channel = ? AND tries > 0 ORDER BY updated_at DESC LIMIT 1`,
    );
    this.#incidents = db.prepare(
      `${OF_INCIDENT} WHERE (@state = 'all' OR i.state = @state) AND (@run IS NULL OR i.run = @run)
         AND (@before IS NULL OR (i.opened_at, i.id) < (SELECT opened_at, id FROM incidents WHERE id = @before))
       ORDER BY i.opened_at DESC, i.id DESC LIMIT @limit`,
    );
    this.#incident = db.prepare(`${OF_INCIDENT} WHERE i.id = ?`);
    this.#open = db.prepare(
      "SELECT incident FROM incidents WHERE run = ? AND state = 'open' ORDER BY number DESC LIMIT 1",
    );
    this.#alertIsThere = db.prepare<[string], number>("SELECT 1 FROM alerts WHERE id = ?").pluck();
    this.#stages = db.prepare("SELECT at, stage, detail FROM alert_stages WHERE alert = ? ORDER BY id");
    this.#log = db.prepare(
      `SELECT o.id, o.alert, o.number, o.kind, a.run, a.alert ->> 'subject' AS subject, o.created_at AS createdAt,
         o.channel, o.state, o.updated_at AS at, o.tries, o.error
       FROM outbox o JOIN alerts a ON a.id = o.alert
       WHERE (@channel IS NULL OR o.channel = @channel) AND (@state IS NULL OR o.state = @state)
         AND (@before IS NULL OR o.id < @before)
       ORDER BY o.id DESC LIMIT @limit`,
    );
    this.#mutes = db.prepare("SELECT mute FROM mutes ORDER BY id");
  }

  /** Alerts of a run, newest first, each with who was told. */
  of(run: string): AlertView[] {
    return this.#ofRun.all(run).map((row) => this.#view(row));
  }

  /** What nobody was given yet may still pass: it is not firing for anybody. */
  #view(row: AlertRow): AlertView {
    const alert = asAlert(row);
    const told = this.#deliveries.all(row.id).map(({ alert: _, ...delivery }) => delivery);
    const waits = told.length > 0 && told.every(({ state, tries }) => state === "queued" && tries === 0);
    return { ...alert, state: alert.state === "firing" && waits ? "pending" : alert.state, told };
  }

  incidents(query: IncidentQuery): StoredIncidentView[] {
    return this.#incidents.all(query).map((row) => this.#incidentView(row));
  }

  incident(id: string): StoredIncidentView | null {
    const row = this.#incident.get(id);
    return row ? this.#incidentView(row) : null;
  }

  openIncident(run: string): Incident | null {
    const row = this.#open.get(run);
    return row ? (JSON.parse(row.incident) as Incident) : null;
  }

  #incidentView({ incident: json, runName, project }: IncidentRow): StoredIncidentView {
    const incident = JSON.parse(json) as Incident;
    const alerts = this.#ofIncident.all(incident.id).map((row) => this.#view(row));
    return { ...incident, runName, project, alerts };
  }

  /** What became of an alert, and of its notice to each channel, oldest first; null when there is no such alert. */
  story(alert: string): AlertStage[] | null {
    if (this.#alertIsThere.get(alert) === undefined) return null;
    const delivered = this.#deliveries.all(alert).map(
      ({ channel, state, at, tries, error }): AlertStage => ({
        at,
        stage: state,
        detail: [channel, tries > 1 && `try ${tries}`, error].filter(Boolean).join(", "),
      }),
    );
    return [...this.#stages.all(alert), ...delivered].sort((a, b) => a.at - b.at);
  }

  deliveries(query: DeliveryQuery): DeliveryRow[] {
    return this.#log.all(query);
  }

  mutes(): Mute[] {
    return this.#mutes.all().map(({ mute }) => JSON.parse(mute) as Mute);
  }

  /** The newest attempt to use a channel. */
  lastDelivery(channel: string): Delivery | null {
    return this.#lastOf.get(channel) ?? null;
  }
}
