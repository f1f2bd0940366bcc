import type Database from "better-sqlite3";
import type { Alert, AlertView, Delivery, DeliveryState } from "#lib/protocol/index.ts";
import type { AlertWrite, OutboxRow, Settled } from "./store.ts";

/**
 * Alerts and their outbox. A notice is one row for each channel, unique by (alert, number, channel): whatever is written
 * again after a crash is there already. A notice that may wait is folded away when its alert has passed before it left.
 */
type AlertRow = { alert: string };
type DeliveryRow = Delivery & { alert: string };

/** A notice below critical waits this long, so that what passes at once is not told. */
const HOLD_MS = 10_000;

export class AlertWrites {
  readonly #addAlert: Database.Statement<[string, string, string, string, number]>;
  readonly #saveAlert: Database.Statement<[string, string, string]>;
  readonly #open: Database.Statement<[string], AlertRow>;
  readonly #openOf: Database.Statement<[string], string>;
  readonly #addNotice: Database.Statement<[string, number, string, string, string, number, number, number]>;
  readonly #fold: Database.Statement<[number, string]>;
  readonly #told: Database.Statement<[string, string], number>;
  readonly #lease: Database.Statement<[number, number, number, number], OutboxRow>;
  readonly #settle: Database.Statement<[DeliveryState, number, number, string | null, number, number]>;
  readonly #nextDue: Database.Statement<[], number>;
  readonly #release: Database.Statement<[number, number]>;

  constructor(db: Database.Database) {
    this.#addAlert = db.prepare(
      "INSERT INTO alerts (id, run, state, alert, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#saveAlert = db.prepare("UPDATE alerts SET state = ?, alert = ? WHERE id = ?");
    this.#open = db.prepare("SELECT alert FROM alerts WHERE run = ? AND state != 'resolved' ORDER BY since, id");
    this.#openOf = db
      .prepare<[string], string>(
        "SELECT DISTINCT run FROM alerts WHERE state != 'resolved' AND alert ->> 'subject' = ? ORDER BY run",
      )
      .pluck();
    this.#addNotice = db.prepare(
      `INSERT INTO outbox (alert, number, channel, kind, notice, not_before, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#fold = db.prepare(
      "UPDATE outbox SET state = 'folded', updated_at = ? WHERE alert = ? AND state = 'queued' AND tries = 0",
    );
    this.#told = db
      .prepare<[string, string], number>(
        "SELECT 1 FROM outbox WHERE alert = ? AND channel = ? AND kind = 'firing' AND (state IN ('sent', 'sending') OR tries > 0)",
      )
      .pluck();
    this.#lease = db.prepare(
      `UPDATE outbox SET state = 'sending', tries = tries + 1, not_before = ?, updated_at = ?
       WHERE id IN (
         SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND not_before <= ? ORDER BY not_before, id LIMIT ?)
       RETURNING id, alert, number, channel, notice, tries, created_at AS createdAt`,
    );
    this.#settle = db.prepare(
      "UPDATE outbox SET state = ?, not_before = ?, updated_at = ?, error = ? WHERE id = ? AND tries = ?",
    );
    this.#release = db.prepare(
      "UPDATE outbox SET state = 'queued', not_before = ?, updated_at = ? WHERE state = 'sending'",
    );
    this.#nextDue = db
      .prepare<[], number>("SELECT min(not_before) FROM outbox WHERE state IN ('queued', 'sending')")
      .pluck();
  }

  open(run: string): Alert[] {
    return this.#open.all(run).map((row) => asAlert(row.alert));
  }

  runsWithOpen(subject: string): string[] {
    return this.#openOf.all(subject);
  }

  /** Inside a transaction. An alert that is known by its id already is not told again. */
  save(writes: readonly AlertWrite[], channels: readonly string[], now: number): void {
    const repeats = new Set<string>();
    for (const { alert, isNew } of new Map(writes.map((write) => [write.alert.id, write])).values()) {
      const json = JSON.stringify(alert);
      if (!isNew) this.#saveAlert.run(alert.state, json, alert.id);
      else if (this.#addAlert.run(alert.id, alert.run, alert.state, json, alert.since).changes === 0)
        repeats.add(alert.id);
    }
    for (const write of writes) if (!repeats.has(write.alert.id)) this.#saveNotice(write, channels, now);
  }

  #saveNotice({ alert, passed, notice }: AlertWrite, channels: readonly string[], now: number): void {
    const add = (channel: string, due: number): void => {
      if (notice) this.#addNotice.run(alert.id, notice.number, channel, notice.kind, notice.body, due, now, now);
    };
    if (notice && notice.kind !== "resolved") {
      for (const channel of channels) add(channel, notice.urgent ? now : now + HOLD_MS);
      return;
    }
    // That it is over is told to those who heard that it began.
    const heard = channels.filter((channel) => this.#told.get(alert.id, channel) !== undefined);
    if (passed) this.#fold.run(now, alert.id);
    for (const channel of heard) add(channel, now);
  }

  /** At the start of the only writer: whoever had taken a notice is gone. */
  release(now: number): void {
    this.#release.run(now, now);
  }

  /** Takes notices that are due, for `leaseMs`; one whose lease ran out (the process died) is given out again. */
  lease(now: number, leaseMs: number, limit: number): OutboxRow[] {
    return this.#lease.all(now + leaseMs, now, now, limit);
  }

  settle({ id, tries }: Pick<OutboxRow, "id" | "tries">, settled: Settled, now: number): void {
    const notBefore = settled.state === "queued" ? settled.notBefore : now;
    this.#settle.run(settled.state, notBefore, now, settled.state === "sent" ? null : settled.error, id, tries);
  }

  nextDue(): number | null {
    return this.#nextDue.get() ?? null;
  }
}

export class AlertReads {
  readonly #alerts: Database.Statement<[string], AlertRow>;
  readonly #deliveries: Database.Statement<[string], DeliveryRow>;
  readonly #lastOf: Database.Statement<[string], Delivery>;

  constructor(db: Database.Database) {
    this.#alerts = db.prepare("SELECT alert FROM alerts WHERE run = ? ORDER BY since DESC, id DESC LIMIT 500");
    const columns = "channel, state, updated_at AS at, tries, error";
    this.#deliveries = db.prepare(
      `SELECT alert, ${columns} FROM outbox WHERE alert IN (SELECT id FROM alerts WHERE run = ?) ORDER BY id`,
    );
    this.#lastOf = db.prepare(
      `SELECT ${columns} FROM outbox WHERE channel = ? AND tries > 0 ORDER BY updated_at DESC LIMIT 1`,
    );
  }

  /** Newest first, each with who was told. */
  of(run: string): AlertView[] {
    const deliveries = this.#deliveries.all(run);
    return this.#alerts.all(run).map((row) => {
      const alert = asAlert(row.alert);
      const told = deliveries
        .filter((delivery) => delivery.alert === alert.id)
        .map(({ alert: _, ...delivery }) => delivery);
      return { ...alert, told };
    });
  }

  /** The newest attempt to use a channel. */
  lastDelivery(channel: string): Delivery | null {
    return this.#lastOf.get(channel) ?? null;
  }
}

/** JSON that `save` was given as an alert. */
const asAlert = (json: string): Alert => JSON.parse(json) as Alert;
