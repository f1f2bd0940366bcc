import type Database from "better-sqlite3";
import type { DeliveryState } from "#lib/protocol/index.ts";
import type { OutboxRow, Settled } from "./store.ts";

/** The sender's side of the outbox: what is due is taken for a while, and how it went is said. Inside a transaction. */
export class Outbox {
  readonly #lease: Database.Statement<[number, number, number, number], OutboxRow>;
  readonly #settle: Database.Statement<[DeliveryState, number, number, string | null, string | null, number, number]>;
  readonly #nextDue: Database.Statement<[], number>;
  readonly #release: Database.Statement<[number, number]>;
  readonly #retry: Database.Statement<[number, number, number, number]>;

  constructor(db: Database.Database) {
    this.#lease = db.prepare(
      `UPDATE outbox SET state = 'sending', tries = tries + 1, not_before = ?, updated_at = ?
       WHERE id IN (
         SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND not_before <= ? ORDER BY not_before, id LIMIT ?)
       RETURNING id, alert, number, channel, notice, tries, created_at AS createdAt,
         (SELECT first.receipt FROM outbox first WHERE first.incident = outbox.incident AND first.incident != ''
            AND first.channel = outbox.channel AND first.receipt IS NOT NULL ORDER BY first.id LIMIT 1) AS receipt`,
    );
    this.#settle = db.prepare(
      `UPDATE outbox SET state = ?, not_before = ?, updated_at = ?, error = ?, receipt = coalesce(?, receipt)
       WHERE id = ? AND tries = ?`,
    );
    this.#release = db.prepare(
      "UPDATE outbox SET state = 'queued', not_before = ?, updated_at = ? WHERE state = 'sending'",
    );
    this.#nextDue = db
      .prepare<[], number>("SELECT min(not_before) FROM outbox WHERE state IN ('queued', 'sending')")
      .pluck();
    // As if it were written now: it is tried for a day again.
    this.#retry = db.prepare(
      "UPDATE outbox SET state = 'queued', not_before = ?, created_at = ?, updated_at = ? WHERE id = ? AND state = 'dead'",
    );
  }

  /** At the start of the only writer: whoever had taken a notice is gone. */
  release(now: number): void {
    this.#release.run(now, now);
  }

  /** Takes notices that are due, for `leaseMs`; one whose lease ran out (the process died) is given out again. */
  lease(now: number, leaseMs: number, limit: number): OutboxRow[] {
    return this.#lease.all(now + leaseMs, now, now, limit).sort((a, b) => a.id - b.id);
  }

  settle({ id, tries }: Pick<OutboxRow, "id" | "tries">, settled: Settled, now: number): void {
    const notBefore = settled.state === "queued" ? settled.notBefore : now;
    const error = "error" in settled ? settled.error : null;
    const receipt = settled.state === "sent" ? (settled.receipt ?? null) : null;
    this.#settle.run(settled.state, notBefore, now, error, receipt, id, tries);
  }

  nextDue(): number | null {
    return this.#nextDue.get() ?? null;
  }

  retry(id: number, now: number): boolean {
    return this.#retry.run(now, now, now, id).changes > 0;
  }
}
