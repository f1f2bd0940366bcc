import type Database from "better-sqlite3";
import {
  CONFIG_LIMITS,
  type Config,
  CurvewatchError,
  LIMITS,
  NotFoundError,
  type Source,
  toJsonValue,
} from "#lib/protocol/index.ts";
import type { FileChange, RunBefore, RunChange } from "./commit.ts";
import { type FileRow, SELECT_FILES, toConfig, toRunFile } from "./files.ts";
import type { RunEdit } from "./store.ts";

/** How runs and what hangs on them are written: files, summaries, log lines, gaps. Called inside the ingest transaction. */
export class RunWrites {
  readonly #before: Database.Statement<[string], { number: number; kind: Source["kind"]; cursor: number }>;
  readonly #files: Database.Statement<[number], FileRow>;
  readonly #create: Database.Statement<unknown[]>;
  readonly #createFile: Database.Statement<unknown[]>;
  readonly #describe: Database.Statement<unknown[]>;
  readonly #identify: Database.Statement<unknown[]>;
  readonly #change: Database.Statement<unknown[]>;
  readonly #changeFile: Database.Statement<unknown[]>;
  readonly #metric: Database.Statement<unknown[]>;
  readonly #dropMetric: Database.Statement<[number, number]>;
  readonly #logLine: Database.Statement<[number, number, string, number]>;
  readonly #pruneLog: Database.Statement<[number, number]>;
  readonly #gap: Database.Statement<[number, number, number, string]>;
  readonly #fedBy: Database.Statement<[string, number], { number: number; id: string }>;
  readonly #ofAgent: Database.Statement<[string], { number: number; id: string }>;
  readonly #bump: Database.Statement<[string]>;
  readonly #entered: Database.Statement<[string], { number: number; entered: string | null }>;
  readonly #enter: Database.Statement<[string, number]>;
  readonly #edit: Database.Statement<[Record<string, string | number | null>]>;

  constructor(db: Database.Database) {
    this.#before = db.prepare("SELECT number, kind, cursor FROM runs WHERE id = ?");
    this.#files = db.prepare(SELECT_FILES);
    this.#create = db.prepare(
      `INSERT INTO runs (id, kind, agent, name, host, started_at, touched_at, observations, judged_to, cursor)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0)`,
    );
    this.#createFile = db.prepare(
      `INSERT INTO files (run, agent, file, rank, epoch, path, seen, end_offset, reader_state, observations)
       SELECT number, agent, ?, ?, ?, '', 0, 0, 'null', 0 FROM runs WHERE id = ?`,
    );
    this.#describe = db.prepare("UPDATE runs SET name = ?, project = ?, host = ? WHERE number = ?");
    this.#identify = db.prepare(
      "UPDATE files SET dev = ?, inode = ?, birthtime_ms = ?, head_bytes = ?, head = ? WHERE number = ?",
    );
    this.#change = db.prepare(
      `UPDATE runs SET cursor = ?, observations = ?, leader = ?, step = ?, last_data_at = coalesce(?, last_data_at),
         touched_at = max(touched_at, coalesce(?, 0)) WHERE number = ?`,
    );
    this.#changeFile = db.prepare(
      `UPDATE files SET epoch = ?, path = ?, seen = ?, end_offset = ?, reader_state = ?, observations = ?, facts = ?,
         status = ? WHERE number = ?`,
    );
    this.#metric = db.prepare(
      `INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         points = points + excluded.points, last_step = excluded.last_step, last_value = excluded.last_value,
         min_step = iif(min_value IS NULL OR excluded.min_value < min_value, excluded.min_step, min_step),
         min_value = iif(min_value IS NULL OR excluded.min_value < min_value, excluded.min_value, min_value)`,
    );
    this.#dropMetric = db.prepare("DELETE FROM metrics WHERE run = ? AND number = ?");
    this.#logLine = db.prepare("INSERT OR REPLACE INTO log_lines VALUES (?, ?, ?, ?)");
    this.#pruneLog = db.prepare(
      `DELETE FROM log_lines WHERE file = ? AND line <= (
         SELECT line FROM log_lines WHERE file = ? ORDER BY line DESC LIMIT 1 OFFSET ${LIMITS.logLinesKept})`,
    );
    this.#gap = db.prepare("INSERT INTO gaps (run, at, records, reason) VALUES (?, ?, ?, ?)");
    this.#fedBy = db.prepare(
      "SELECT number, id FROM runs WHERE number IN (SELECT run FROM files WHERE agent = ? AND epoch = ?)",
    );
    this.#ofAgent = db.prepare("SELECT number, id FROM runs WHERE agent = ?");
    this.#bump = db.prepare("UPDATE runs SET cursor = cursor + 1 WHERE id = ?");
    this.#entered = db.prepare("SELECT number, entered FROM runs WHERE id = ? AND kind = 'log'");
    this.#edit = db.prepare(
      `UPDATE runs SET given_name = iif(@renames, @name, given_name), notes = coalesce(@notes, notes),
         tags = coalesce(@tags, tags), archived = coalesce(@archived, archived),
         deleted_at = iif(@deletes IS NULL, deleted_at, iif(@deletes, coalesce(deleted_at, @now), NULL))
       WHERE id = @run AND kind = 'log'`,
    );
    this.#enter = db.prepare("UPDATE runs SET entered = ? WHERE number = ?");
  }

  /** What is stored of the run and its files, or null when it is new. */
  before(id: string): RunBefore | null {
    const row = this.#before.get(id);
    return row ? { kind: row.kind, cursor: row.cursor, files: this.#files.all(row.number).map(toRunFile) } : null;
  }

  /** A new run; until its source comes it is named after its file. */
  create(run: { id: string; kind: Source["kind"]; agent: string; name: string; host: string }, now: number): void {
    this.#create.run(run.id, run.kind, run.agent, run.name, run.host, now, now);
  }

  /** A new file of a run. */
  createFile(file: { run: string; file: string; rank: number; epoch: number }): void {
    this.#createFile.run(file.file, file.rank, file.epoch, file.run);
  }

  save(change: RunChange, now: number): void {
    const { heads, source, cursor, hasData, taken } = change;
    const { number, observations, leader } = heads;
    if (source) this.#describe.run(source.name, source.project, source.host, number);
    for (const file of change.changes.values()) this.#saveFile(file);
    const dataAt = hasData ? now : null;
    const step = leader?.state.step ?? null;
    this.#change.run(cursor + 1, observations, leader?.number ?? null, step, dataAt, dataAt, number);
    for (const metric of taken) this.#dropMetric.run(number, heads.series.get(metric)!);
    for (const [metric, { name, points, last, min }] of change.metrics()) {
      const lowest = [min?.step ?? null, min?.value ?? null];
      this.#metric.run(number, metric, name, points, last.step, toJsonValue(last.value), ...lowest);
    }
  }

  /** Marks a hole in one run. */
  addGap(run: number, records: number, reason: string, now: number): void {
    this.#gap.run(run, now, records, reason);
  }

  /**
   * Marks a hole in every run it may have cost something: those this epoch has fed, else all of the agent's.
   *
   * @returns their ids; `cursor` is left to the caller
   */
  addGapForAgent(gap: { agent: string; epoch: number; records: number; reason: string }, now: number): string[] {
    const fed = this.#fedBy.all(gap.agent, gap.epoch);
    const runs = fed.length > 0 ? fed : this.#ofAgent.all(gap.agent);
    for (const { number } of runs) this.addGap(number, gap.records, gap.reason, now);
    return runs.map(({ id }) => id);
  }

  /** As `addGapForAgent`, outside of a commit of records. */
  addGapAtHello(gap: { agent: string; epoch: number; records: number; reason: string }, now: number): void {
    for (const id of this.addGapForAgent(gap, now)) this.#bump.run(id);
  }

  /** As `IngestStore.enterConfig`. */
  enterConfig(run: string, values: Config): Config {
    const row = this.#entered.get(run);
    if (!row) throw new NotFoundError("run", run);
    const changed = { ...toConfig(row.entered), ...values };
    const entered = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
    if (Object.keys(entered).length > CONFIG_LIMITS.entered) {
      const message = `run ${run} would have ${Object.keys(entered).length} entered settings`;
      throw new CurvewatchError("bad_request", message, { hint: `The most is ${CONFIG_LIMITS.entered}.` });
    }
    this.#enter.run(JSON.stringify(entered), row.number);
    return entered;
  }

  /** As `IngestStore.editRun`. */
  edit(run: string, { name, notes, tags, archived, deleted }: RunEdit, now: number): void {
    const bit = (value: boolean | undefined): number | null => (value === undefined ? null : Number(value));
    const { changes } = this.#edit.run({
      run,
      now,
      renames: Number(name !== undefined),
      name: name ?? null,
      notes: notes ?? null,
      tags: tags === undefined ? null : JSON.stringify(tags),
      archived: bit(archived),
      deletes: bit(deleted),
    });
    if (changes === 0) throw new NotFoundError("run", run);
  }

  #saveFile({ file, epoch, source, state, tail }: FileChange): void {
    const { number, path, seen, end, observations } = file;
    if (source?.identity) this.#identifyFile(number, source.identity);
    const facts = file.facts ? JSON.stringify(file.facts) : null;
    const status = file.status ? JSON.stringify(file.status) : null;
    const reader = JSON.stringify(state ?? null);
    this.#changeFile.run(epoch, path, seen ? 1 : 0, end, reader, observations, facts, status, number);
    const lines = tail.slice(-LIMITS.logLinesKept);
    for (const { line, text, parsed } of lines) this.#logLine.run(number, line, text, parsed ? 1 : 0);
    if (lines.length > 0) this.#pruneLog.run(number, number);
  }

  #identifyFile(number: number, { dev, inode, birthtimeMs, headBytes, head }: NonNullable<Source["identity"]>): void {
    this.#identify.run(dev, inode, birthtimeMs, headBytes, head, number);
  }
}
