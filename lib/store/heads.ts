import type Database from "better-sqlite3";
import { CurvewatchError, decodeRecord, splitRecords } from "#lib/protocol/index.ts";
import type { FileHead, HeadSink } from "./group-head.ts";
import { RunHeads } from "./run-heads.ts";
import { decodeTail, encodeTail } from "./tails.ts";

/** Runs kept in memory beyond those the journal holds something of. */
const RUNS_KEPT = 256;
const PLACES_KEPT = 4096;

/** A file and the run it belongs to. */
export type FilePlace = { run: RunHeads; file: FileHead };

type JournalRow = { id: number; agent: string; bytes: Uint8Array };
type RunRow = { number: number; total: number };
type FileRow = { number: number; rank: number } & FileHead["state"];
type PlaceRow = { run: string; number: number; rank: number };
type TailRow = { id: number; file: number; names: string; data: Uint8Array };

/**
 * The open ends of all runs in use, as of one journal row. Writer and readers hold one each and come to it the same way:
 * `tails` as last saved, then the journal from there on. Runs are loaded when first asked for and let go when a whole
 * checkpoint has passed without them.
 */
export class Heads {
  readonly #loaded = new Map<string, RunHeads>();
  /** Which run a file is of never changes: looked up once. */
  readonly #places = new Map<string, PlaceRow>();
  /** The last journal row these heads have seen, and the checkpoint they last noticed. */
  #applied = 0;
  #checkpoint = 0;
  readonly #checkpointRow: Database.Statement<[], number>;
  readonly #journal: Database.Statement<[number], JournalRow>;
  readonly #run: Database.Statement<[string], RunRow>;
  readonly #place: Database.Statement<[string, string], PlaceRow>;
  readonly #files: Database.Statement<[number], FileRow>;
  readonly #tails: Database.Statement<[number], TailRow>;
  readonly #replaySink: HeadSink;

  constructor(db: Database.Database) {
    this.#checkpointRow = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'checkpoint'").pluck();
    this.#journal = db.prepare("SELECT id, agent, bytes FROM journal WHERE id > ? ORDER BY id");
    this.#run = db.prepare("SELECT number, observations AS total FROM runs WHERE id = ?");
    this.#place = db.prepare(
      `SELECT r.id AS run, f.number, f.rank FROM files f JOIN runs r ON r.number = f.run
       WHERE f.agent = ? AND f.file = ?`,
    );
    this.#files = db.prepare(
      `SELECT f.number, f.rank, coalesce(t.observations, 0) AS observations, coalesce(t.attempt, 0) AS attempt, t.step
       FROM files f LEFT JOIN file_tails t ON t.file = f.number WHERE f.run = ? ORDER BY f.number`,
    );
    this.#tails = db.prepare(
      "SELECT t.id, g.file, g.names, t.data FROM tails t JOIN groups g ON g.id = t.id WHERE t.run = ? ORDER BY g.number",
    );
    const groupId = db.prepare<[number, number], number>("SELECT id FROM groups WHERE run = ? AND number = ?").pluck();
    this.#replaySink = {
      openGroup: (run, number) => {
        const id = groupId.get(run, number);
        if (id === undefined)
          throw new CurvewatchError("internal", `group ${number} of run ${run} is not in the store`);
        return id;
      },
      sealChunk: () => {},
      lodRow: () => {},
      beginAttempt: () => {},
    };
  }

  /** Brings the heads to the newest commit the connection can see. Call it in the transaction that uses them. */
  catchUp(): void {
    try {
      const checkpoint = this.#checkpointRow.get()!;
      if (checkpoint !== this.#checkpoint) this.#passCheckpoint(checkpoint);
      if (this.#loaded.size > RUNS_KEPT) this.#dropSaved();
      for (const row of this.#journal.iterate(this.#applied)) {
        this.#replay(row);
        this.#applied = row.id;
      }
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Drops everything; the next `catchUp` starts from what is stored. */
  forget(): void {
    this.#loaded.clear();
    this.#places.clear();
    this.#applied = 0;
    this.#checkpoint = 0;
  }

  /**
   * The run's heads, or null when there is no such run.
   *
   * @throws CurvewatchError `internal` when they do not hold what the run's row says: better no answer than a wrong one
   */
  get(id: string): RunHeads | null {
    const row = this.#run.get(id);
    if (!row) return null;
    const run = this.#load(id, row);
    if (run.observations === row.total) return run;
    throw new CurvewatchError(
      "internal",
      `run ${id} has ${row.total} observations, its open chunks were rebuilt to ${run.observations}`,
    );
  }

  /** The run that an agent's file belongs to, and its place in there; null for a file that is not known. */
  fileOf(agent: string, file: string): FilePlace | null {
    const key = `${agent}\0${file}`;
    const place = this.#places.get(key) ?? this.#place.get(agent, file);
    if (!place) return null;
    if (this.#places.size >= PLACES_KEPT) this.#places.clear();
    this.#places.set(key, place);
    const run = this.forAppend(place.run);
    return { run, file: run.file(place.number, place.rank) };
  }

  /** The writer's own way in: rows it is about to add are not in the run's row yet. */
  forAppend(id: string): RunHeads {
    const loaded = this.#loaded.get(id);
    if (loaded) {
      loaded.usedAt = this.#checkpoint;
      return loaded;
    }
    const row = this.#run.get(id);
    if (!row) throw new CurvewatchError("internal", `run ${id} is in the journal but not in the store`);
    return this.#load(id, row);
  }

  /** The writer has committed up to this journal row, and these heads have it already. */
  committed(journal: number): void {
    this.#applied = journal;
  }

  /** What changed since the last save, encoded. `saved` is to be called once it is committed. */
  unsaved(): {
    applied: number;
    runs: RunHeads[];
    tails: { id: number; run: number; data: Uint8Array }[];
    saved(): void;
  } {
    const runs = [...this.#loaded.values()].filter((run) => run.isDirty);
    const heads = runs.flatMap((run) => run.groups.filter((head) => head.isDirty).map((head) => ({ run, head })));
    const tails = heads.map(({ run, head }) => ({ id: head.id, run: run.number, data: encodeTail(head) }));
    const applied = this.#applied;
    const saved = (): void => {
      for (const { head } of heads) head.isDirty = false;
      this.#passCheckpoint(applied);
    };
    return { applied, runs, tails, saved };
  }

  #passCheckpoint(checkpoint: number): void {
    if (this.#applied < checkpoint) {
      // Rows were emptied into the tails that these heads have not seen.
      this.#loaded.clear();
      this.#applied = checkpoint;
    }
    for (const [id, run] of this.#loaded) if (run.usedAt < this.#checkpoint) this.#loaded.delete(id);
    this.#checkpoint = checkpoint;
  }

  /** Lets go of runs that are as their tails say. */
  #dropSaved(): void {
    for (const [id, run] of this.#loaded) if (!run.isDirty) this.#loaded.delete(id);
  }

  #replay(row: JournalRow): void {
    for (const bytes of splitRecords(row.bytes)) {
      const record = decodeRecord(bytes);
      if (record.kind !== "chunk") continue;
      const place = this.fileOf(row.agent, record.file);
      if (!place)
        throw new CurvewatchError(
          "internal",
          `file ${record.file} of ${row.agent} is in the journal but not in the store`,
        );
      place.run.append(place.file, record.groups, this.#replaySink);
    }
  }

  #load(id: string, { number }: RunRow): RunHeads {
    let run = this.#loaded.get(id);
    if (!run) {
      const files = this.#files.all(number).map(({ number, rank, ...state }): FileHead => ({ number, rank, state }));
      const groups = this.#tails.all(number).map(({ id, file, names, data }) => {
        const head = files.find((known) => known.number === file)!;
        return decodeTail(id, head, JSON.parse(names) as string[], data);
      });
      run = new RunHeads(number, id, files, groups);
      this.#loaded.set(id, run);
    }
    run.usedAt = this.#checkpoint;
    return run;
  }
}
