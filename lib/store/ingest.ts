import type Database from "better-sqlite3";
import {
  type Alert,
  type Chunk,
  type Config,
  CurvewatchError,
  type ErrorCode,
  type Facts,
  type FileIdentity,
  type Finding,
  type Gap,
  type Incident,
  joinRecords,
  type LogLine,
  type Mute,
  type RuleSwitch,
  type SpoolRecord,
  type UserRule,
} from "#lib/protocol/index.ts";
import { AlertWrites } from "./alerts.ts";
import { readBatch } from "./batch.ts";
import { ColumnReads } from "./columns.ts";
import { RunChange } from "./commit.ts";
import { DiagnosisWrites } from "./diagnosis.ts";
import { Epochs, refused } from "./epochs.ts";
import { runFacts } from "./files.ts";
import type { HeadSink } from "./group-head.ts";
import { type FilePlace, Heads } from "./heads.ts";
import { Journal } from "./journal.ts";
import { readObservations } from "./observations.ts";
import { Outbox } from "./outbox.ts";
import { RuleReads, RuleWrites } from "./rules.ts";
import { runIdOf } from "./run-id.ts";
import { RunWrites } from "./run-writes.ts";
import { RunReads } from "./runs.ts";
import { storingSink } from "./sealing.ts";
import type {
  AlertWrite,
  AppendBatch,
  AppendResult,
  DiagnosisWrite,
  IngestStore,
  ObservationPage,
  OutboxRow,
  Refused,
  RunAppend,
  RunEdit,
  Settled,
  SpoolHello,
  StoredDiagnosis,
  StoredRule,
  StoredRun,
} from "./store.ts";

/** The one writer. Everything it answers is committed and flushed to the disk. */
export class SqliteIngest implements IngestStore {
  readonly #db: Database.Database;
  readonly #heads: Heads;
  readonly #epochs: Epochs;
  readonly #runs: RunWrites;
  readonly #journal: Journal;
  readonly #diagnoses: DiagnosisWrites;
  readonly #alerts: AlertWrites;
  readonly #outbox: Outbox;
  readonly #rules: RuleWrites;
  readonly #ruleReads: RuleReads;
  readonly #runReads: RunReads;
  readonly #columns: ColumnReads;
  readonly #sink: HeadSink;
  readonly #fileCursor: Database.Statement<unknown[], { file: string; end: number; state: string }>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#heads = new Heads(db);
    this.#epochs = new Epochs(db);
    this.#runs = new RunWrites(db);
    this.#journal = new Journal(db);
    this.#diagnoses = new DiagnosisWrites(db);
    this.#alerts = new AlertWrites(db);
    this.#outbox = new Outbox(db);
    this.#rules = new RuleWrites(db);
    this.#ruleReads = new RuleReads(db);
    this.#runReads = new RunReads(db);
    this.#columns = new ColumnReads(db);
    this.#sink = storingSink(db);
    // A file's head may have grown since it was stored, never shrunk.
    this.#fileCursor = db.prepare(
      `SELECT file, end_offset AS end, reader_state AS state FROM files
       WHERE agent = ? AND inode = ? AND dev = ? AND birthtime_ms = ? AND head_bytes <= ? AND (head_bytes < ? OR head = ?)
       ORDER BY path = ? DESC, number DESC LIMIT 1`,
    );
  }

  async openEpoch(hello: SpoolHello): Promise<{ kind: "open"; epoch: number; expect: number } | Refused> {
    const { agent, now } = hello;
    try {
      return this.#write(() => {
        const opened = this.#epochs.open(hello);
        if (opened.kind === "refused") return opened;
        const { epoch, expect, missing } = opened;
        const reason = "The agent no longer has these records and the server never stored them.";
        if (missing > 0) this.#runs.addGapAtHello({ agent, epoch, records: missing, reason }, now);
        return { kind: "open", epoch, expect };
      });
    } catch (error) {
      if (isFull(error)) return diskFull();
      throw error;
    }
  }

  async append(batches: readonly AppendBatch[], now: number): Promise<{ results: AppendResult[]; runs: RunAppend[] }> {
    try {
      const committed = this.#write(() => {
        this.#heads.catchUp();
        const changes = new Map<string, RunChange>();
        const results = batches.map((batch) => this.#appendBatch(batch, changes, now));
        for (const change of changes.values()) {
          this.#runs.save(change, now);
          if (change.rejudge) this.#diagnoses.startOver(change.heads.number);
        }
        const runs = [...changes.values()].filter(({ kind }) => kind === "log").map((change) => change.appended());
        return { results, runs };
      });
      this.#heads.committed(this.#journal.committed());
      this.#checkpointWhenDue();
      return committed;
    } catch (error) {
      // The heads may hold rows that were rolled back; the next call rebuilds them from what is stored.
      this.#heads.forget();
      this.#journal.forget();
      if (isFull(error)) return { results: batches.map(diskFull), runs: [] };
      throw error;
    }
  }

  async hasKey(agent: string, key: string): Promise<boolean> {
    return this.#epochs.hasKey(agent, key);
  }

  async fileCursors(
    agent: string,
    files: readonly { path: string; identity: FileIdentity }[],
  ): Promise<({ file: string; end: number; state: unknown } | null)[]> {
    return files.map(({ path, identity: { dev, inode, birthtimeMs, headBytes, head } }) => {
      const row = this.#fileCursor.get(agent, inode, dev, birthtimeMs, headBytes, headBytes, head, path);
      return row ? { ...row, state: JSON.parse(row.state) as unknown } : null;
    });
  }

  async saveDiagnosis(rows: readonly DiagnosisWrite[], channels: readonly string[], now: number): Promise<void> {
    this.#write(() => {
      for (const row of rows) {
        this.#diagnoses.save(row, now);
        if (row.rules !== undefined) this.#rules.saveState(row.run, row.rules);
        this.#alerts.save(row.alerts, channels, now);
      }
    });
  }

  async ruleState(run: string): Promise<string | null> {
    return this.#rules.state(run);
  }

  async rules(): Promise<StoredRule[]> {
    return this.#ruleReads.all();
  }

  async ruleSwitches(): Promise<RuleSwitch[]> {
    return this.#ruleReads.switches();
  }

  async addRule(rule: UserRule, now: number): Promise<void> {
    this.#write(() => this.#rules.add(rule, now));
  }

  async changeRule(rule: UserRule, now: number): Promise<void> {
    this.#write(() => this.#rules.change(rule, now));
  }

  async removeRule(id: string): Promise<void> {
    this.#write(() => this.#rules.remove(id));
  }

  async switchRule(rule: string, project: string | null, enabled: boolean | null): Promise<void> {
    this.#write(() => this.#rules.switch(rule, project, enabled));
  }

  async runsWithOpenAlert(subject: string): Promise<string[]> {
    return this.#alerts.runsWithOpen(subject);
  }

  async saveAlerts(writes: readonly AlertWrite[], channels: readonly string[], now: number): Promise<void> {
    this.#write(() => this.#alerts.save(writes, channels, now));
  }

  async openAlerts(run: string): Promise<Alert[]> {
    return this.#alerts.open(run);
  }

  async allOpenAlerts(): Promise<Alert[]> {
    return this.#alerts.allOpen();
  }

  async latestIncident(run: string): Promise<Incident | null> {
    return this.#alerts.latestIncident(run);
  }

  async storedIncident(id: string): Promise<Incident | null> {
    return this.#alerts.incident(id);
  }

  async alertsSince(run: string, subject: string, since: number): Promise<number> {
    return this.#alerts.since(run, subject, since);
  }

  async mutes(): Promise<Mute[]> {
    return this.#alerts.mutes();
  }

  async saveMute(mute: Mute): Promise<void> {
    this.#write(() => this.#alerts.saveMute(mute));
  }

  async removeMute(id: string): Promise<boolean> {
    return this.#write(() => this.#alerts.removeMute(id));
  }

  async releaseOutbox(now: number): Promise<void> {
    this.#write(() => this.#outbox.release(now));
  }

  async leaseOutbox(now: number, leaseMs: number, limit: number, except: readonly string[] = []): Promise<OutboxRow[]> {
    return this.#write(() => this.#outbox.lease(now, leaseMs, limit, except));
  }

  async settleOutbox(rows: readonly Pick<OutboxRow, "id" | "tries">[], settled: Settled, now: number): Promise<void> {
    this.#write(() => {
      for (const row of rows) this.#outbox.settle(row, settled, now);
    });
  }

  async retryDelivery(id: number, now: number): Promise<boolean> {
    return this.#write(() => this.#outbox.retry(id, now));
  }

  async nextDue(except: readonly string[] = []): Promise<number | null> {
    return this.#outbox.nextDue(except);
  }

  async editRun(run: string, edit: RunEdit, now: number): Promise<void> {
    return this.#write(() => this.#runs.edit(run, edit, now));
  }

  async enterConfig(run: string, values: Config): Promise<Config> {
    return this.#write(() => this.#runs.enterConfig(run, values));
  }

  async run(id: string): Promise<StoredRun | null> {
    return this.#runReads.run(id);
  }

  async diagnosis(run: string): Promise<StoredDiagnosis | null> {
    return this.#diagnoses.of(run);
  }

  async log(run: string): Promise<LogLine[]> {
    return this.#runReads.log(run);
  }

  async findings(run: string): Promise<Finding[]> {
    return this.#diagnoses.findings(run);
  }

  async runsOfProject(run: string, limit: number): Promise<{ run: string; name: string }[]> {
    return this.#diagnoses.ofProject(run, limit);
  }

  async runsToJudge(): Promise<{ run: string; facts: Facts | null }[]> {
    return this.#diagnoses.toJudge().map((run) => ({ run, facts: runFacts(this.#runs.before(run)!.files) }));
  }

  async observations(run: string, fromOrd: number, limit: number): Promise<ObservationPage> {
    this.#heads.catchUp();
    const heads = this.#heads.get(run);
    return heads ? readObservations(heads, this.#columns, fromOrd, limit) : { groups: [], to: fromOrd };
  }

  async close(): Promise<void> {
    this.#heads.catchUp();
    this.#checkpoint();
    this.#db.close();
  }

  #appendBatch(batch: AppendBatch, changes: Map<string, RunChange>, now: number): AppendResult {
    const admission = this.#epochs.admit(batch);
    if (admission.kind === "refused") return admission;
    const { agent, epoch, firstSeq, count } = batch;
    const end = firstSeq + count - 1;
    if (end <= admission.last) {
      return { kind: "committed", last: admission.last, rejected: this.#journal.rejects(agent, epoch, firstSeq, end) };
    }
    const kept: Uint8Array[] = [];
    const reject = (seq: number, code: ErrorCode, bytes: Uint8Array): void =>
      this.#journal.reject({ agent, epoch, seq, code, bytes }, now);
    for (const read of readBatch(batch, admission.last)) {
      if ("code" in read) {
        reject(read.seq, read.code, read.bytes);
        continue;
      }
      kept.push(read.bytes);
      const dropped = this.#appendRecord(read.record, batch, changes, now);
      if (dropped.length > 0) reject(read.seq, "E_SERIES_LIMIT", Buffer.from(dropped.join("\n")));
    }
    const bytes = kept.length === count ? batch.bytes : joinRecords(kept);
    if (kept.length > 0) this.#journal.add({ ...batch, bytes }, now);
    this.#epochs.advance(batch);
    return { kind: "committed", last: end, rejected: this.#journal.rejects(agent, epoch, firstSeq, end) };
  }

  /** @returns names of metrics that found no room in the run */
  #appendRecord(
    record: SpoolRecord,
    { agent, epoch }: AppendBatch,
    changes: Map<string, RunChange>,
    now: number,
  ): string[] {
    if (record.kind === "gap") {
      this.#appendGap(record, agent, epoch, changes, now);
      return [];
    }
    const { run, file } = this.#heads.fileOf(agent, record.file) ?? this.#addFile(record, agent, epoch, now);
    return this.#changeOf(run.id, changes).add(file, record, epoch, this.#sink);
  }

  /** A file that was not known, and the run it is the first of or belongs to: for good, whatever later records say. */
  #addFile({ file, source }: Chunk, agent: string, epoch: number, now: number): FilePlace {
    const id = runIdOf(agent, source?.group ?? file);
    const current = this.#epochs.current(agent);
    const run = { id, kind: source?.kind ?? "log", agent, name: file, host: current?.host ?? "" };
    if (!this.#runs.before(id)) this.#runs.create(run, now);
    this.#runs.createFile({ run: id, file, rank: source?.rank ?? 0, epoch });
    const place = this.#heads.fileOf(agent, file)!;
    // A file's first record brings its source. Without it, the first record is among those that are missing.
    const missing = source ? 0 : (current?.missing ?? 0);
    const reason = "Read from the middle: the records before were lost with an earlier server.";
    if (missing > 0) this.#runs.addGap(place.run.number, missing, reason, now);
    return place;
  }

  #appendGap(gap: Gap, agent: string, epoch: number, changes: Map<string, RunChange>, now: number): void {
    const records = gap.to - gap.from + 1;
    const touched = this.#runs.addGapForAgent({ agent, epoch, records, reason: gap.reason }, now);
    for (const id of touched) this.#changeOf(id, changes);
  }

  #changeOf(id: string, changes: Map<string, RunChange>): RunChange {
    let change = changes.get(id);
    if (!change) {
      change = new RunChange(this.#heads.forAppend(id), this.#runs.before(id)!);
      changes.set(id, change);
    }
    return change;
  }

  #checkpointWhenDue(): void {
    if (!this.#journal.isDue) return;
    try {
      this.#checkpoint();
    } catch (error) {
      // Nothing is lost: the journal stays as it is and is emptied when there is room again.
      if (!isFull(error)) throw error;
    }
  }

  #checkpoint(): void {
    if (this.#journal.isEmpty) return;
    const unsaved = this.#heads.unsaved();
    this.#write(() => this.#journal.empty(unsaved));
    this.#journal.emptied();
    unsaved.saved();
  }

  /** Runs `act` as one durable transaction. @throws the error of `act`, or CurvewatchError `E_STORAGE_FULL` or `E_STORAGE_IO` */
  #write<Result>(act: () => Result): Result {
    try {
      return this.#db.transaction(act).immediate();
    } catch (error) {
      throw storageError(error);
    }
  }
}

const diskFull = (): Refused =>
  refused("E_STORAGE_FULL", "The server's disk is full; agents keep their data until there is room.");

const isFull = (error: unknown): boolean => error instanceof CurvewatchError && error.code === "E_STORAGE_FULL";

function storageError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof CurvewatchError || typeof code !== "string" || !code.startsWith("SQLITE_")) return error;
  const kind = code.startsWith("SQLITE_FULL") ? "E_STORAGE_FULL" : "E_STORAGE_IO";
  return new CurvewatchError(kind, `The database could not be written (${code}): ${(error as Error).message}`, {
    cause: error,
  });
}
