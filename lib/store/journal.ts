import type Database from "better-sqlite3";
import type { ErrorCode } from "#lib/protocol/index.ts";
import type { Heads } from "./heads.ts";
import type { AppendBatch } from "./store.ts";

/** The journal is emptied into the tails when it passes either. What it holds is what a start has to read again. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_ROWS = 4096;
const REJECT_BYTES = 4096;
const REJECTS_KEPT = 10_000;
/** Batches an agent's repeats are compared with; until a checkpoint there are more. */
const DIGESTS_KEPT = 64;

type Reject = { agent: string; epoch: number; seq: number; code: ErrorCode; bytes: Uint8Array };

/** The records since the last checkpoint as they arrived, and those that were set aside. */
export class Journal {
  readonly #add: Database.Statement<unknown[]>;
  readonly #size: Database.Statement<[], { rows: number; bytes: number; last: number }>;
  readonly #addReject: Database.Statement<unknown[]>;
  readonly #rejects: Database.Statement<[string, number, number, number], [number, ErrorCode]>;
  readonly #saveFile: Database.Statement<unknown[]>;
  readonly #saveTail: Database.Statement<[number, number, Uint8Array]>;
  readonly #delete: Database.Statement<[number]>;
  readonly #deleteRejects: Database.Statement<[]>;
  readonly #deleteDigests: Database.Statement<[]>;
  readonly #checkpoint: Database.Statement<[number]>;
  /** What is committed, or null when it has to be looked up; and what the open transaction adds to it. */
  #committed: { rows: number; bytes: number; last: number } | null = null;
  #added = { rows: 0, bytes: 0, last: 0 };

  constructor(db: Database.Database) {
    this.#add = db.prepare(
      "INSERT INTO journal (agent, epoch, first_seq, count, digest, received_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#size = db.prepare(
      `SELECT count(*) AS rows, coalesce(sum(length(bytes)), 0) AS bytes,
         coalesce(max(id), (SELECT value FROM meta WHERE key = 'checkpoint')) AS last FROM journal`,
    );
    this.#addReject = db.prepare(
      "INSERT INTO rejects (agent, epoch, seq, code, received_at, bytes) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#rejects = db
      .prepare<[string, number, number, number], [number, ErrorCode]>(
        "SELECT seq, code FROM rejects WHERE agent = ? AND epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq, id",
      )
      .raw();
    this.#saveFile = db.prepare("INSERT OR REPLACE INTO file_tails VALUES (?, ?, ?, ?)");
    this.#saveTail = db.prepare("INSERT OR REPLACE INTO tails VALUES (?, ?, ?)");
    this.#delete = db.prepare("DELETE FROM journal WHERE id <= ?");
    this.#deleteRejects = db.prepare(`DELETE FROM rejects WHERE id <= (SELECT max(id) FROM rejects) - ${REJECTS_KEPT}`);
    this.#deleteDigests = db.prepare(
      `DELETE FROM batches WHERE (agent, epoch, first_seq) IN (
         SELECT agent, epoch, first_seq FROM (
           SELECT *, row_number() OVER (PARTITION BY agent ORDER BY epoch DESC, first_seq DESC) AS age FROM batches)
         WHERE age > ${DIGESTS_KEPT})`,
    );
    this.#checkpoint = db.prepare("UPDATE meta SET value = ? WHERE key = 'checkpoint'");
  }

  add(batch: AppendBatch, now: number): void {
    const { agent, epoch, firstSeq, count, digest, bytes } = batch;
    const { lastInsertRowid } = this.#add.run(agent, epoch, firstSeq, count, digest, now, bytes);
    this.#added.rows++;
    this.#added.bytes += bytes.byteLength;
    this.#added.last = Number(lastInsertRowid);
  }

  reject({ agent, epoch, seq, code, bytes }: Reject, now: number): void {
    this.#addReject.run(agent, epoch, seq, code, now, bytes.subarray(0, REJECT_BYTES));
  }

  /** Records of the range that were set aside, with the reason. */
  rejects(agent: string, epoch: number, from: number, to: number): [number, ErrorCode][] {
    return this.#rejects.all(agent, epoch, from, to);
  }

  /** The open transaction is committed. @returns the last row's id */
  committed(): number {
    if (this.#committed) {
      this.#committed.rows += this.#added.rows;
      this.#committed.bytes += this.#added.bytes;
      this.#committed.last = Math.max(this.#committed.last, this.#added.last);
    }
    this.#added = { rows: 0, bytes: 0, last: 0 };
    return this.#sizeNow().last;
  }

  /** The open transaction was rolled back. */
  forget(): void {
    this.#added = { rows: 0, bytes: 0, last: 0 };
    this.#committed = null;
  }

  get isDue(): boolean {
    const { rows, bytes } = this.#sizeNow();
    return rows >= MAX_ROWS || bytes >= MAX_BYTES;
  }

  get isEmpty(): boolean {
    return this.#sizeNow().rows === 0;
  }

  /** Checkpoint, inside a transaction: what the rows built goes to the tails, and the rows go. */
  empty({ applied, runs, tails }: ReturnType<Heads["unsaved"]>): void {
    for (const { number, state } of runs.flatMap(({ files }) => [...files.values()])) {
      this.#saveFile.run(number, state.observations, state.attempt, state.step);
    }
    for (const { id, run, data } of tails) this.#saveTail.run(id, run, data);
    this.#delete.run(applied);
    this.#deleteRejects.run();
    this.#deleteDigests.run();
    this.#checkpoint.run(applied);
  }

  /** That transaction is committed. */
  emptied(): void {
    this.#committed = { rows: 0, bytes: 0, last: this.#sizeNow().last };
  }

  #sizeNow(): { rows: number; bytes: number; last: number } {
    this.#committed ??= this.#size.get()!;
    return this.#committed;
  }
}
