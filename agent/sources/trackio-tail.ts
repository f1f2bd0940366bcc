import { stat } from "node:fs/promises";
import type Database from "better-sqlite3";
import { LIMITS } from "#lib/protocol/index.ts";
import { logError } from "./errors.ts";
import { trackioPlace } from "./file-kind.ts";
import { wholeIdentity } from "./identity.ts";
import type { LogSegment } from "./line-splitter.ts";
import type { TailChunk, TailPosition } from "./log-tail.ts";

/**
 * One run in a Trackio database, which is SQLite: its rows in the order they were added, each as a line of JSON with `_step` and
 * `_timestamp`. The database is opened to read, and only while it is read. `offset` is the id of the last row.
 * `gradio-app/trackio:trackio/sqlite_storage.py`.
 */
const ROWS = 200;

type Row = { id: number; timestamp: string; step: number; metrics: string };

export class TrackioTail {
  readonly #path: string;
  #offset: number;
  #line: number;
  #reachedEnd = false;

  constructor(path: string, from: TailPosition | null) {
    this.#path = path;
    this.#offset = from?.offset ?? 0;
    this.#line = from?.line ?? 0;
  }

  /** @throws CurvewatchError when the file is no database of Trackio's, or cannot be read */
  async read(_maxBytes: number): Promise<TailChunk> {
    const { db, run } = trackioPlace(this.#path)!;
    const found = await stat(db).catch(() => null);
    if (!found) return { kind: "missing" };
    const rows = await withDatabase(db, (database) =>
      database
        .prepare<[string, number, number], Row>(
          "SELECT id, timestamp, step, metrics FROM metrics WHERE run_name = ? AND id > ? ORDER BY id LIMIT ?",
        )
        .all(run, this.#offset, ROWS),
    ).catch((error: unknown) => {
      if (isBusy(error)) return [];
      throw logError(this.#path, error);
    });
    const live = this.#reachedEnd && rows.length > 0;
    const segments = rows.map((row) => this.#segment(row));
    const eof = rows.length < ROWS;
    this.#reachedEnd = eof;
    const position = { identity: wholeIdentity(this.#path), offset: this.#offset, line: this.#line };
    return { kind: "read", segments, position, eof, size: this.#offset, mtimeMs: found.mtimeMs, live, event: null };
  }

  async close(): Promise<void> {}

  #segment({ id, timestamp, step, metrics }: Row): LogSegment {
    this.#offset = id;
    this.#line += 1;
    const own = `{"_step":${Number(step)},"_timestamp":${JSON.stringify(String(timestamp))},`;
    const text = metrics.startsWith("{") && metrics.length <= LIMITS.lineBytes ? own + metrics.slice(1) : "";
    const cutBytes = metrics.length > LIMITS.lineBytes ? metrics.length : 0;
    return { text, line: this.#line, end: id, linesBefore: this.#line, frame: false, cutBytes };
  }
}

/** The runs of a Trackio database, in the order they began; none when the file is something else. */
export async function trackioRuns(path: string): Promise<string[]> {
  try {
    return await withDatabase(path, (database) =>
      database
        .prepare<[], { run: string }>("SELECT run_name AS run FROM metrics GROUP BY run_name ORDER BY min(id)")
        .all()
        .map(({ run }) => run)
        .filter((run) => run !== ""),
    );
  } catch {
    return []; // another program's database, or none at all
  }
}

/** Loaded when the first database is read: hardly anyone has one. */
async function withDatabase<Result>(path: string, read: (database: Database.Database) => Result): Promise<Result> {
  const { default: Sqlite } = await import("better-sqlite3");
  const database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 200 });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

const isBusy = (error: unknown): boolean =>
  String((error as { code?: unknown } | null)?.code).startsWith("SQLITE_BUSY");
