import {
  type Chunk,
  encodeRecord,
  type FileIdentity,
  joinRecords,
  type PointGroup,
  type SpoolRecord,
} from "#lib/protocol/index.ts";
import { digestOf } from "../batch.ts";
import { runIdOf } from "../run-id.ts";
import type {
  AppendBatch,
  AppendResult,
  IngestStore,
  ObservationGroup,
  PointPage,
  RunAppend,
  SeriesQuery,
  SpoolHello,
} from "../store.ts";

/** What tests of a store are told in: an agent with a spool, and logs written as rows. */
export const NOW = 1_750_000_000_000;
export const FILE = "file00000001";
export const SPOOL = "a".repeat(32);
/** The run of `FILE` and the agent a `TestAgent` is unless told otherwise. */
export const RUN = runIdOf("agent-1", FILE);
export const WHOLE: Omit<SeriesQuery, "metrics"> = { x: "step", from: null, to: null, buckets: 1000 };

/** One set of metrics; each row is step, line, then a value for each name. */
export function group(names: string[], rows: readonly (readonly number[])[], at = Number.NaN): PointGroup {
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => row[index]!);
  return {
    names,
    step: column(0),
    at: Float64Array.from(rows, (row) => at + row[1]!),
    line: column(1),
    values: names.map((_, i) => column(i + 2)),
  };
}

export function chunk(groups: PointGroup[], rest: Partial<Chunk> = {}): Chunk {
  const lastLine = Math.max(0, ...groups.flatMap(({ line }) => [...line]));
  return { kind: "chunk", t: NOW, file: FILE, end: lastLine * 100, state: { line: lastLine }, groups, ...rest };
}

/** A record of losses at these steps, one a line from `line` on. */
export function loss(steps: readonly number[], line = 1): Chunk {
  return chunk([
    group(
      ["loss"],
      steps.map((step, i) => [step, line + i, step / 10]),
    ),
  ]);
}

export const identity = (changes: Partial<FileIdentity> = {}): FileIdentity => ({
  dev: "1",
  inode: "77",
  birthtimeMs: 1000.5,
  headBytes: 1024,
  head: "f".repeat(64),
  ...changes,
});

/** An agent whose spool never forgets: record `n` is `records[n − 1]`. */
export class TestAgent {
  readonly agent: string;
  readonly records: Uint8Array[] = [];
  epoch = 1;

  constructor(agent = "agent-1") {
    this.agent = agent;
  }

  add(...records: (SpoolRecord | Uint8Array)[]): this {
    for (const record of records) this.records.push(record instanceof Uint8Array ? record : encodeRecord(record));
    return this;
  }

  hello(changes: Partial<SpoolHello> = {}): SpoolHello {
    const { agent, records } = this;
    const spool = { spoolId: SPOOL, epoch: null, firstSeq: 1, lastSeq: records.length };
    return { agent, ...spool, host: "node-1", fingerprint: "disk-1", now: NOW, ...changes };
  }

  batch(firstSeq: number, count: number, records: readonly Uint8Array[] = this.records): AppendBatch {
    const bytes = joinRecords(records.slice(firstSeq - 1, firstSeq - 1 + count));
    return { agent: this.agent, epoch: this.epoch, firstSeq, count, digest: digestOf(bytes), bytes };
  }

  /** Sends records `firstSeq … firstSeq + count − 1` as one batch. */
  async send(
    store: IngestStore,
    firstSeq = 1,
    count = this.records.length - firstSeq + 1,
    now = NOW,
  ): Promise<{ result: AppendResult; runs: RunAppend[] }> {
    const { results, runs } = await store.append([this.batch(firstSeq, count)], now);
    return { result: results[0]!, runs };
  }
}

export function pointsOf({ ord, step, attempt, value }: PointPage): number[][] {
  return Array.from(ord, (_, i) => [ord[i]!, step[i]!, attempt[i]!, value[i]!]);
}

type Row = [ord: number, attempt: number, step: number, ...values: [string, number][]];

/** The observations of several groups, one row each, by ord. */
export function rowsOf(groups: readonly ObservationGroup[]): Row[] {
  const rows = groups.flatMap(({ names, ord, attempt, step, values }) =>
    Array.from(
      ord,
      (at, i): Row => [at, attempt, step[i]!, ...names.map((name, k): [string, number] => [name, values[k]![i]!])],
    ),
  );
  return rows.sort((a, b) => a[0] - b[0]);
}
