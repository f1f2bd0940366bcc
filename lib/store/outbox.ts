import type Database from "better-sqlite3";
import type { DeliveryState } from "#lib/protocol/index.ts";
import type { OutboxRow, Settled } from "./store.ts";

/** Of an alert one notice after the other: while an earlier one may still be sent to the channel, the next one waits. */
const IN_TURN = `state IN ('queued', 'sending') AND channel NOT IN (SELECT value FROM json_each(@except))
  AND NOT EXISTS (SELECT 1 FROM outbox earlier WHERE earlier.alert = outbox.alert AND earlier.number < outbox.number
    AND earlier.channel = outbox.channel AND earlier.state IN ('queued', 'sending'))`;

type Lease = { now: number; until: number; limit: number; except: string };
type Settle = {
  state: DeliveryState;
  notBefore: number;
  now: number;
  error: string | null;
  receipt: string | null;
  /** 1 when nothing was tried. */
  unused: number;
  id: number;
  tries: number;
};

/** The sender's side of the outbox: what is due is taken for a while, and how it went is said. Inside a transaction. */
export class Outbox {
  readonly #lease: Database.Statement<[Lease], OutboxRow>;
  readonly #settle: Database.Statement<[Settle]>;
  readonly #nextDue: Database.Statement<[{ except: string }], number>;
  readonly #release: Database.Statement<[number, number]>;
  readonly #retry: Database.Statement<[number, number, number, number]>;

  constructor(db: Database.Database) {
    this.#lease = db.prepare(
      `UPDATE outbox SET state = 'sending', tries = tries + 1, not_before = @until, updated_at = @now
       WHERE id IN (SELECT id FROM outbox WHERE ${IN_TURN} AND not_before <= @now ORDER BY not_before, id LIMIT @limit)
       RETURNING id, alert, number, channel, notice, tries, created_at AS createdAt,
         (SELECT first.receipt FROM outbox first WHERE first.incident = outbox.incident AND first.incident != ''
            AND first.channel = outbox.channel AND first.receipt IS NOT NULL ORDER BY first.id LIMIT 1) AS receipt`,
    );
    this.#settle = db.prepare(
      `UPDATE outbox SET state = @state, not_before = @notBefore, updated_at = @now, error = @error,
         receipt = coalesce(@receipt, receipt), tries = tries - @unused
       WHERE id = @id AND tries = @tries AND state = 'sending'`,
    );
    this.#release = db.prepare(
      "UPDATE outbox SET state = 'queued', not_before = ?, updated_at = ? WHERE state = 'sending'",
    );
    this.#nextDue = db
      .prepare<[{ except: string }], number>(`SELECT min(not_before) FROM outbox WHERE ${IN_TURN}`)
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
  lease(now: number, leaseMs: number, limit: number, except: readonly string[]): OutboxRow[] {
    const taken = this.#lease.all({ now, until: now + leaseMs, limit, except: JSON.stringify(except) });
    return taken.sort((a, b) => a.id - b.id);
  }

  settle({ id, tries }: Pick<OutboxRow, "id" | "tries">, settled: Settled, now: number): void {
    const { state } = settled;
    this.#settle.run({
      ...{ id, tries, now },
      state: state === "waiting" ? "queued" : state,
      notBefore: state === "queued" || state === "waiting" ? settled.notBefore : now,
      error: "error" in settled ? settled.error : null,
      receipt: state === "sent" ? (settled.receipt ?? null) : null,
      unused: state === "waiting" ? 1 : 0,
    });
  }

  nextDue(except: readonly string[]): number | null {
    return this.#nextDue.get({ except: JSON.stringify(except) }) ?? null;
  }

  retry(id: number, now: number): boolean {
    return this.#retry.run(now, now, now, id).changes > 0;
  }
}
