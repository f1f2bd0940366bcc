import type Database from "better-sqlite3";
import { LIMITS } from "#lib/protocol/index.ts";
import { digestOf } from "./batch.ts";
import type { AppendBatch, Refused, SpoolHello } from "./store.ts";

type EpochRow = { epoch: number; host: string; fingerprint: string; lastSeq: number; missing: number };

/** The cursors: which spool each agent ships from, and how far it is. RELIABILITY.md §2.3; called inside a transaction. */
export class Epochs {
  readonly #current: Database.Statement<[string], EpochRow>;
  readonly #bySpool: Database.Statement<[string, string], EpochRow>;
  readonly #mint: Database.Statement<unknown[]>;
  readonly #advance: Database.Statement<[number, string, number]>;
  readonly #digest: Database.Statement<[string, number, number, number], string>;
  readonly #keepDigest: Database.Statement<[string, number, number, number, string]>;
  readonly #keepKey: Database.Statement<[string, string]>;
  readonly #key: Database.Statement<[string, string]>;

  constructor(db: Database.Database) {
    const columns = "SELECT epoch, host, fingerprint, last_seq AS lastSeq, missing FROM epochs";
    this.#current = db.prepare(`${columns} WHERE agent = ? ORDER BY epoch DESC LIMIT 1`);
    this.#bySpool = db.prepare(`${columns} WHERE agent = ? AND spool_id = ?`);
    this.#mint = db.prepare(
      `INSERT INTO epochs (agent, epoch, spool_id, host, fingerprint, opened_at, last_seq, missing)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#advance = db.prepare("UPDATE epochs SET last_seq = ? WHERE agent = ? AND epoch = ?");
    this.#digest = db
      .prepare<[string, number, number, number], string>(
        "SELECT digest FROM batches WHERE agent = ? AND epoch = ? AND first_seq = ? AND count = ?",
      )
      .pluck();
    this.#keepDigest = db.prepare("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?)");
    this.#keepKey = db.prepare("INSERT OR IGNORE INTO batch_keys VALUES (?, ?)");
    this.#key = db.prepare("SELECT 1 FROM batch_keys WHERE agent = ? AND key = ?");
  }

  /** The agent's current epoch, or null before its first. */
  current(agent: string): EpochRow | null {
    return this.#current.get(agent) ?? null;
  }

  /**
   * Mints or finds the spool's epoch. `missing` records lie before the first the spool still has and can never come; the
   * cursor has moved past them, and the caller marks them as a gap.
   */
  open(hello: SpoolHello): { kind: "open"; epoch: number; expect: number; missing: number } | Refused {
    const newest = this.current(hello.agent);
    const known = this.#bySpool.get(hello.agent, hello.spoolId);
    if (known && known.fingerprint !== hello.fingerprint) {
      return refused("E_SPOOL_CLONED", `This spool is in use on ${known.host}.`);
    }
    if (known && newest && known.epoch < newest.epoch) return fenced();
    const last = known?.lastSeq ?? 0;
    if (hello.lastSeq > 0 && hello.lastSeq < last) {
      const went = `This spool ends at record ${hello.lastSeq}, but ${last} came from it: it was put back to an older copy`;
      return refused("E_DIVERGED", `${went}; start a new spool.`);
    }
    const missing = hello.lastSeq > 0 ? Math.max(0, hello.firstSeq - last - 1) : 0;
    if (known) {
      if (missing > 0) this.#advance.run(last + missing, hello.agent, known.epoch);
      return { kind: "open", epoch: known.epoch, expect: last + missing + 1, missing };
    }
    const epoch = (newest?.epoch ?? 0) + 1;
    const { agent, spoolId, host, fingerprint, now } = hello;
    this.#mint.run(agent, epoch, spoolId, host, fingerprint, now, missing, missing);
    return { kind: "open", epoch, expect: missing + 1, missing };
  }

  /** Whether the batch may be stored; records up to `last` are already. */
  admit(batch: AppendBatch): { kind: "admitted"; last: number } | Refused {
    const { agent, epoch, firstSeq, count, digest, bytes } = batch;
    const current = this.current(agent);
    if (!current || epoch > current.epoch) {
      return refused("E_EPOCH", `Epoch ${epoch} was not opened here; say hello first.`);
    }
    if (epoch < current.epoch) return fenced();
    const expect = current.lastSeq + 1;
    if (firstSeq > expect) return { ...refused("E_GAP", `Expected record ${expect}, got ${firstSeq}.`), expect };
    if (bytes.byteLength > LIMITS.batchBytes || count > LIMITS.batchRecords) {
      const size = `${count} records and ${bytes.byteLength} bytes; the most is ${LIMITS.batchRecords} and ${LIMITS.batchBytes}`;
      return refused("E_BATCH_TOO_LARGE", `Batch has ${size}. Send fewer records.`);
    }
    if (digestOf(bytes) !== digest) {
      return refused(
        "E_RECORD_INVALID",
        `Batch at record ${firstSeq} does not have the digest it names; send it again.`,
      );
    }
    const stored = this.#digest.get(agent, epoch, firstSeq, count);
    if (stored !== undefined && stored !== digest) {
      const range = `Records ${firstSeq}–${firstSeq + count - 1}`;
      return refused("E_DIVERGED", `${range} differ from those stored under the same numbers; start a new spool.`);
    }
    return { kind: "admitted", last: current.lastSeq };
  }

  /** The batch's records are stored. */
  advance({ agent, epoch, firstSeq, count, digest, key }: AppendBatch): void {
    this.#advance.run(firstSeq + count - 1, agent, epoch);
    this.#keepDigest.run(agent, epoch, firstSeq, count, digest);
    if (key !== undefined) this.#keepKey.run(agent, key);
  }

  hasKey(agent: string, key: string): boolean {
    return this.#key.get(agent, key) !== undefined;
  }
}

const fenced = (): Refused => refused("E_FENCED", "A newer agent with this name is active; this one must enrol again.");

export function refused(code: Refused["code"], message: string): Refused {
  return { kind: "refused", code, message };
}
