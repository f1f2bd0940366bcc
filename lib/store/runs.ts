import type Database from "better-sqlite3";
import type { Finding, JsonValue, LogLine } from "#lib/protocol/index.ts";
import { asFinding, asView, selectFindings } from "./diagnosis.ts";
import { type FileRow, mainFile, runFacts, runStatus, SELECT_FILES, toConfig, toRunFile } from "./files.ts";
import type { ReadStore, RunShelf, StoredGpu, StoredRun } from "./store.ts";

/** Gaps shown of a run: the newest. */
const GAPS_SHOWN = 200;

type RunRow = Pick<
  StoredRun,
  "id" | "agent" | "name" | "project" | "host" | "startedAt" | "lastDataAt" | "step" | "cursor" | "gpus"
> &
  Pick<StoredRun, "notes" | "deletedAt"> & {
    number: number;
    leader: number | null;
    entered: string | null;
    tags: string;
    archived: number;
    view: string | null;
  };
/** `name` is the index, a space and the model. */
type GpuRow = { id: string; uuid: string; name: string; host: string };
/** A GPU and the id its readings are stored under. */
type Gpu = Omit<StoredGpu, "series"> & { id: string };
type Attempt = { attempt: number; fromStep: number };
type MetricRow = {
  name: string;
  points: number;
  lastStep: number;
  lastValue: JsonValue;
  minStep: number | null;
  minValue: number | null;
};

/** Runs as rows of their own; nothing here looks at a point. */
export class RunReads {
  readonly #run: Database.Statement<[string], RunRow>;
  readonly #newest: Record<RunShelf, Database.Statement<[number], RunRow>>;
  readonly #after: Record<RunShelf, Database.Statement<[string, number], RunRow>>;
  readonly #files: Database.Statement<[number], FileRow>;
  readonly #attempts: Database.Statement<[number], Attempt & { file: number }>;
  readonly #metrics: Database.Statement<[number], MetricRow>;
  readonly #gaps: Database.Statement<[number], { at: number; records: number; reason: string }>;
  readonly #number: Database.Statement<[string], number>;
  readonly #log: Database.Statement<[number], { line: number; text: string; parsed: number }>;
  readonly #findings: Database.Statement<[string], string>;
  readonly #gpus: Database.Statement<[string], GpuRow>;
  readonly #cursor: Database.Statement<[string], { number: number; cursor: number }>;

  constructor(db: Database.Database) {
    const select = `
      SELECT r.number, r.id, r.agent, coalesce(r.given_name, r.name) AS name, r.notes, r.tags, r.archived,
        r.deleted_at AS deletedAt, r.project, r.host, r.started_at AS startedAt,
        r.last_data_at AS lastDataAt, r.leader, r.step, r.cursor, r.entered, d.view,
        (SELECT count(*) FROM runs g WHERE g.kind = 'gpu' AND g.agent = r.agent AND g.host = r.host) AS gpus
      FROM runs r LEFT JOIN diagnoses d ON d.run = r.number WHERE r.kind = 'log'`;
    const newestFirst = "ORDER BY r.touched_at DESC, r.number DESC";
    this.#run = db.prepare(`${select} AND r.id = ?`);
    this.#newest = onEachShelf((where) => db.prepare(`${select} AND ${where} ${newestFirst} LIMIT ?`));
    this.#after = onEachShelf((where) =>
      db.prepare(
        `${select} AND ${where} AND (r.touched_at, r.number) < (SELECT touched_at, number FROM runs WHERE id = ?)
         ${newestFirst} LIMIT ?`,
      ),
    );
    this.#files = db.prepare(SELECT_FILES);
    this.#attempts = db.prepare(
      `SELECT file, attempt, from_step AS fromStep FROM attempts
       WHERE file IN (SELECT number FROM files WHERE run = ?) ORDER BY file, attempt`,
    );
    this.#metrics = db.prepare(
      `SELECT name, points, last_step AS lastStep, last_value AS lastValue, min_step AS minStep, min_value AS minValue
       FROM metrics WHERE run = ? ORDER BY number`,
    );
    this.#gaps = db.prepare(
      `SELECT at, records, reason FROM (SELECT * FROM gaps WHERE run = ? ORDER BY id DESC LIMIT ${GAPS_SHOWN}) ORDER BY id`,
    );
    this.#number = db.prepare<[string], number>("SELECT number FROM runs WHERE id = ?").pluck();
    this.#log = db.prepare("SELECT line, text, parsed FROM log_lines WHERE file = ? ORDER BY line");
    this.#findings = selectFindings(db);
    this.#gpus = db.prepare(
      `SELECT g.id, f.path AS uuid, g.name, g.host FROM runs r
       JOIN runs g ON g.kind = 'gpu' AND g.agent = r.agent AND g.host = r.host JOIN files f ON f.run = g.number
       WHERE r.id = ? ORDER BY g.number`,
    );
    this.#cursor = db.prepare("SELECT number, cursor FROM runs WHERE id = ?");
  }

  page({ limit, before, shelf = "current" }: Parameters<ReadStore["runs"]>[0]): StoredRun[] {
    const rows = before === null ? this.#newest[shelf].all(limit) : this.#after[shelf].all(before, limit);
    return rows.map((row) => this.#stored(row));
  }

  run(id: string): StoredRun | null {
    const row = this.#run.get(id);
    return row ? this.#stored(row) : null;
  }

  /** Lines of the main file. */
  log(id: string): LogLine[] {
    const run = this.#number.get(id);
    const main = run === undefined ? null : mainFile(this.#files.all(run).map(toRunFile));
    return main ? this.#log.all(main.number).map((line) => ({ ...line, parsed: line.parsed === 1 })) : [];
  }

  findings(id: string): Finding[] {
    return this.#findings.all(id).map(asFinding);
  }

  /** The GPUs of a run's host that its agent has read, by index. */
  gpus(id: string): Gpu[] {
    return this.#gpus
      .all(id)
      .map(({ name, ...row }) => ({ ...row, ...named(name) }))
      .sort((a, b) => a.index - b.index);
  }

  /** What a series needs beside its points, attempts by number of the file; null when there is no such run. */
  moment(id: string): { cursor: number; attempts: Map<number, Attempt[]> } | null {
    const row = this.#cursor.get(id);
    return row
      ? { cursor: row.cursor, attempts: Map.groupBy(this.#attempts.all(row.number), ({ file }) => file) }
      : null;
  }

  #stored({ number, leader, entered, tags, archived, view, ...row }: RunRow): StoredRun {
    const files = this.#files.all(number).map(toRunFile);
    const main = mainFile(files);
    return {
      ...row,
      tags: JSON.parse(tags) as string[],
      archived: archived === 1,
      path: main?.path ?? "",
      fileSeen: files.some(({ seen }) => seen),
      facts: runFacts(files),
      entered: toConfig(entered),
      status: runStatus(files),
      observations: main?.observations ?? 0,
      attempts: this.#attempts
        .all(number)
        .filter(({ file }) => file === leader)
        .map(({ attempt, fromStep }) => ({ attempt, fromStep })),
      metrics: this.#metrics.all(number).map(({ name, points, lastStep, lastValue, minStep, minValue }) => ({
        name,
        points,
        last: { step: lastStep, value: lastValue },
        min: minStep === null || minValue === null ? null : { step: minStep, value: minValue },
      })),
      gaps: this.#gaps.all(number),
      view: view === null ? null : asView(view),
    };
  }
}

const SHELF: Record<RunShelf, string> = {
  current: "r.deleted_at IS NULL AND r.archived = 0",
  archived: "r.deleted_at IS NULL AND r.archived = 1",
  deleted: "r.deleted_at IS NOT NULL",
};

function onEachShelf<T>(make: (where: string) => T): Record<RunShelf, T> {
  const { current, archived, deleted } = SHELF;
  return { current: make(current), archived: make(archived), deleted: make(deleted) };
}

function named(name: string): { index: number; model: string } {
  const [, index = "0", model = name] = /^(\d+) (.*)$/.exec(name) ?? [];
  return { index: Number(index), model };
}
