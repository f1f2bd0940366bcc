import { createHash } from "node:crypto";
import { CurvewatchError, decodeRecord, type ErrorCode, LIMITS, type SpoolRecord } from "#lib/protocol/index.ts";
import type { AppendBatch } from "./store.ts";

export type ReadRecord = { seq: number; bytes: Uint8Array } & ({ record: SpoolRecord } | { code: ErrorCode });

/** The first 16 bytes of the SHA-256, hex: the digest a batch travels with. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

/**
 * The batch's records after `last` in order, one for each number, decoded or with the code it is set aside under. Whatever
 * the bytes are: a record that cannot be read takes its number along, so it cannot stand in the way of those after it.
 */
export function readBatch(batch: Pick<AppendBatch, "firstSeq" | "count" | "bytes">, last: number): ReadRecord[] {
  const pieces = piecesOf(batch.bytes);
  // Where a length cannot be trusted nothing after it has a place: the whole batch is one unreadable thing.
  const whole = pieces?.length === batch.count ? pieces : null;
  const known = Math.max(0, last + 1 - batch.firstSeq);
  return Array.from({ length: batch.count - known }, (_, i) => {
    const bytes = whole ? whole[known + i]! : i === 0 ? batch.bytes : new Uint8Array(0);
    const seq = batch.firstSeq + known + i;
    return { seq, bytes, ...(whole ? readRecord(bytes) : { code: "E_RECORD_INVALID" as const }) };
  });
}

/** As `splitRecords`, but a record over the limit is still a piece; null when the lengths do not add up. */
function piecesOf(bytes: Uint8Array): Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.byteLength; ) {
    if (offset + 8 > bytes.byteLength) return null;
    const end = offset + 8 + view.getUint32(offset, true);
    if (end > bytes.byteLength) return null;
    pieces.push(bytes.subarray(offset + 8, end));
    offset = end;
  }
  return pieces;
}

function readRecord(bytes: Uint8Array): { record: SpoolRecord } | { code: ErrorCode } {
  if (bytes.byteLength > LIMITS.recordBytes) return { code: "E_RECORD_TOO_LARGE" };
  try {
    const record = decodeRecord(bytes);
    if (record.kind === "chunk") record.groups.forEach(checkGroup);
    return { record };
  } catch (error) {
    const code = rejectCode(error);
    if (code) return { code };
    throw error;
  }
}

type Group = Extract<SpoolRecord, { kind: "chunk" }>["groups"][number];

/** What the record's schema cannot see: the columns themselves. */
function checkGroup({ names, step, at, line }: Group): void {
  if (new Set(names).size < names.length) throw new CurvewatchError("E_RECORD_INVALID", "a metric is named twice");
  if (names.some((name) => Buffer.byteLength(name) > LIMITS.metricNameBytes)) {
    throw new CurvewatchError("E_METRIC_NAME", `metric name is longer than ${LIMITS.metricNameBytes} bytes`);
  }
  for (let i = 0; i < step.length; i++) {
    const isTime = Number.isNaN(at[i]) || Number.isFinite(at[i]);
    if (Math.abs(step[i]!) <= Number.MAX_SAFE_INTEGER && Number.isSafeInteger(line[i]) && isTime) continue;
    throw new CurvewatchError("E_RECORD_INVALID", `row ${i}: step ${step[i]}, at ${at[i]}, line ${line[i]}`);
  }
}

/** Why `decodeRecord` or `checkGroup` threw; null for anything that is not the record's fault. */
function rejectCode(error: unknown): ErrorCode | null {
  if (error instanceof CurvewatchError) return error.code;
  if (error instanceof RangeError) return "E_RECORD_INVALID";
  if (!(error instanceof Error) || !("issues" in error) || !Array.isArray(error.issues)) return null;
  const isName = (issue: { path?: unknown }): boolean => Array.isArray(issue.path) && issue.path.at(-2) === "names";
  return error.issues.every(isName) ? "E_METRIC_NAME" : "E_RECORD_INVALID";
}
