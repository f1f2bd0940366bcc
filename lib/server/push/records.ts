import {
  type Chunk,
  CurvewatchError,
  encodeRecord,
  fromJsonValue,
  joinRecords,
  LIMITS,
  METRIC,
  type PointGroup,
} from "#lib/protocol/index.ts";
import type { PushedPoint } from "./body.ts";
import { metricName } from "./metrics.ts";

/** Half of what a record may have: one point more than this never fills the other half. */
const RECORD_BYTES = LIMITS.recordBytes / 2;
const GROUPS_PER_RECORD = 1024;
const COLUMN_BYTES = 8;

type Row = { line: number; step: number; at: number; names: string[]; values: number[] };
type Rows = { names: string[]; rows: Row[] };

/**
 * Points as the groups of records that carry them, in order. `line` is the number of a point in its run.
 *
 * @param lastAt when the last point was measured if it does not say so itself
 * @throws CurvewatchError `bad_request` when a point has a metric twice, under two names
 */
export function groupsOfPoints(points: readonly PushedPoint[], firstLine: number, lastAt: number): PointGroup[][] {
  const records: PointGroup[][] = [];
  let sets = new Map<string, Rows>();
  let bytes = 0;
  const flush = (): void => {
    if (sets.size > 0) records.push([...sets.values()].map(toGroup));
    sets = new Map();
    bytes = 0;
  };
  for (const [i, point] of points.entries()) {
    const row = toRow(point, i, firstLine + i, i === points.length - 1 ? lastAt : Number.NaN);
    const set = JSON.stringify(row.names);
    if (bytes >= RECORD_BYTES || sets.size >= GROUPS_PER_RECORD) flush();
    const known = sets.get(set);
    if (known) known.rows.push(row);
    else sets.set(set, { names: row.names, rows: [row] });
    bytes += (3 + row.names.length) * COLUMN_BYTES + (known ? 0 : Buffer.byteLength(set) + 64);
  }
  flush();
  return records;
}

/** Records as batches that the store takes, each with the number of its records. */
export function batchesOf(records: readonly Chunk[]): { bytes: Uint8Array; count: number }[] {
  const batches: { records: Uint8Array[]; length: number }[] = [];
  for (const record of records) {
    const bytes = encodeRecord(record);
    const length = bytes.byteLength + COLUMN_BYTES;
    const last = batches.at(-1);
    if (last && last.length + length <= LIMITS.batchBytes && last.records.length < LIMITS.batchRecords) {
      last.records.push(bytes);
      last.length += length;
    } else batches.push({ records: [bytes], length });
  }
  return batches.map((batch) => ({ bytes: joinRecords(batch.records), count: batch.records.length }));
}

function toRow({ step, at, epoch, values }: PushedPoint, index: number, line: number, arrivedAt: number): Row {
  const named = new Map<string, number>();
  for (const [said, value] of Object.entries(values)) {
    const name = metricName(said);
    if (named.has(name)) {
      throw new CurvewatchError("bad_request", `points.${index}.values: "${said}" is ${name}, which is there already`, {
        hint: "Send each metric once for a point.",
      });
    }
    named.set(name, fromJsonValue(value));
  }
  if (epoch !== undefined && !named.has(METRIC.epoch)) named.set(METRIC.epoch, epoch);
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    line,
    step,
    at: at ?? arrivedAt,
    names: sorted.map(([name]) => name),
    values: sorted.map(([, value]) => value),
  };
}

function toGroup({ names, rows }: Rows): PointGroup {
  return {
    names,
    step: Float64Array.from(rows, ({ step }) => step),
    at: Float64Array.from(rows, ({ at }) => at),
    line: Float64Array.from(rows, ({ line }) => line),
    values: names.map((_, i) => Float64Array.from(rows, ({ values }) => values[i] as number)),
  };
}
