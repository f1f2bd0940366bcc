import { z } from "zod";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { CONFIG_LIMITS, LIMITS } from "./limits.ts";
import { STEP_SOURCES } from "./names.ts";
import { framed, groupHeaderSchema, type PointGroup, readGroups } from "./point-group.ts";

/**
 * What the agent spools and ships. A record is one frame: everything that one stretch of one file gave, together with the
 * offset the stretch ends at and the reader's state there. So a record is also the agent's memory of where it was: whoever
 * has the last record of a file can go on reading it, and nothing is saved apart from it.
 */
/** Tells a file from another of the same path. `head` is the SHA-256 (hex) of its first `headBytes` (≤ 1,024) bytes. */
export const fileIdentitySchema = z.object({
  dev: z.string().max(32),
  inode: z.string().max(32),
  birthtimeMs: z.number(),
  headBytes: z.int().min(0).max(1024),
  head: z.string().max(64),
});
export type FileIdentity = z.infer<typeof fileIdentitySchema>;

/** Sent with the first record of a file and again when something in it changes. */
export const sourceSchema = z.object({
  /** `gpu`: readings of a GPU, which are no run of anybody's; `name` is its index, a space and its model. */
  kind: z.enum(["log", "gpu"]).default("log"),
  /** Absolute path on the agent's host; of a GPU its uuid. */
  path: z.string().min(1).max(4096),
  /** Shown name of the run: the log's name, or its folder's when the name says nothing. */
  name: z.string().min(1).max(200),
  project: z.string().max(200).nullable(),
  host: z.string().max(255),
  /** null while the file does not exist yet. */
  identity: fileIdentitySchema.nullable(),
  /** Key of the run that this file belongs to with others of its agent, `folder:/abs/path`; null or none: a run of its own. */
  group: z.string().min(1).max(4200).nullable().optional(),
  /** How much a file of its kind tells, 0 when not said: of several that give a metric, the highest is believed. */
  rank: z.int().min(0).max(100).optional(),
});
export type Source = z.infer<typeof sourceSchema>;

/** Hyperparameters as a program wrote them down, flat: nested keys joined with dots, items as `betas[0]`. */
export const configSchema = z
  .record(
    z.string().min(1).max(CONFIG_LIMITS.keyChars),
    z.union([z.string().max(CONFIG_LIMITS.textChars), z.number(), z.boolean(), z.null()]),
  )
  .refine((config) => Object.keys(config).length <= CONFIG_LIMITS.keys, "too many keys");
export type Config = z.infer<typeof configSchema>;

/** What the reader has learnt of the file so far. */
export const factsSchema = z.object({
  format: z.string().max(64).nullable(),
  /** Why this format, for a person: key of the reason and the text it saw. */
  formatReason: z.string().max(500).nullable(),
  stepSource: z.enum(STEP_SOURCES).nullable(),
  maxSteps: z.int().positive().nullable(),
  linesRead: z.int().nonnegative(),
  linesParsed: z.int().nonnegative(),
  /** The line that ended the run, when one did. `failed` for tracebacks and kills. */
  end: z.object({ kind: z.enum(["finished", "failed"]), line: z.int(), text: z.string().max(500) }).nullable(),
  /** What was learnt of the hyperparameters since facts were sent before: it adds to what they had. None: nothing new. */
  config: configSchema.optional(),
});
export type Facts = z.infer<typeof factsSchema>;

/**
 * A config with what was learnt of it later, which wins. Keys beyond the limit are left out: the newest ones, unless they
 * are known already.
 */
export function mergeConfig(before: Config | undefined, learnt: Config | undefined): Config | undefined {
  if (!before || !learnt) return before ?? learnt;
  const merged = { ...before, ...learnt };
  const keys = Object.keys(merged);
  for (const key of keys.slice(CONFIG_LIMITS.keys)) delete merged[key];
  return merged;
}

export const logLineSchema = z.object({
  line: z.int().positive(),
  text: z.string().max(LIMITS.logTextChars),
  parsed: z.boolean(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** A file as last seen. */
export const statusSchema = z.object({
  /** Bytes, and modification time (epoch ms). */
  size: z.int(),
  mtimeMs: z.number(),
  /** Reading had reached the end. */
  eof: z.boolean(),
  /** What was read last had long been written: history, of which nobody is to be told. */
  backfill: z.boolean().optional(),
});
export type FileStatus = z.infer<typeof statusSchema>;

export const chunkHeaderSchema = z.object({
  kind: z.literal("chunk"),
  /** Agent clock, epoch ms. */
  t: z.number(),
  file: z.string().regex(/^[a-z0-9]{8,32}$/),
  /** Byte offset after the last byte that is accounted for by this record and those before it. */
  end: z.int().nonnegative(),
  /** Opaque to the server; kept so that a fresh spool can go on where the lost one was. */
  state: z.unknown(),
  source: sourceSchema.optional(),
  facts: factsSchema.optional(),
  status: statusSchema.optional(),
  tail: z.array(logLineSchema).max(50).optional(),
  groups: z.array(groupHeaderSchema).max(4096),
});

/** A hole that could not be avoided: records `from`…`to` are gone. Counted and shown, never silent. */
export const gapHeaderSchema = z.object({
  kind: z.literal("gap"),
  t: z.number(),
  from: z.int().positive(),
  to: z.int().positive(),
  reason: z.string().max(200),
});

export const recordHeaderSchema = z.discriminatedUnion("kind", [chunkHeaderSchema, gapHeaderSchema]);
export type ChunkHeader = z.infer<typeof chunkHeaderSchema>;
export type GapHeader = z.infer<typeof gapHeaderSchema>;

export type Chunk = Omit<ChunkHeader, "groups"> & { groups: PointGroup[] };
export type Gap = GapHeader;
export type SpoolRecord = Chunk | Gap;

/** One record as bytes (a multiple of 8 long). */
export function encodeRecord(record: SpoolRecord): Uint8Array<ArrayBuffer> {
  if (record.kind === "gap") return encodeFrame(record, []);
  const { groups, columns } = framed(record.groups);
  return encodeFrame({ ...record, groups }, columns);
}

/**
 * @throws RangeError when the bytes are no frame or the columns do not fit the header
 * @throws z.ZodError when the header is not a record's
 */
export function decodeRecord(bytes: Uint8Array): SpoolRecord {
  const frame = decodeFrame(bytes);
  const header = recordHeaderSchema.parse(frame.header);
  if (header.kind === "gap") return header;
  return { ...header, groups: readGroups(header.groups, frame.columns) };
}

/** Lays encoded records end to end: u32 length, u32 zero, record; again. Length stays a multiple of 8. */
export function joinRecords(records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const record of records) length += 8 + record.byteLength;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const record of records) {
    view.setUint32(offset, record.byteLength, true);
    bytes.set(record, offset + 8);
    offset += 8 + record.byteLength;
  }
  return bytes;
}

/**
 * The encoded records of a batch, as views of it.
 *
 * @throws RangeError when a length is over the record limit or runs past the batch
 */
export function splitRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.byteLength; ) {
    if (offset + 8 > bytes.byteLength) throw new RangeError("batch ends inside a record length");
    const length = view.getUint32(offset, true);
    if (length > LIMITS.recordBytes) throw new RangeError(`record of ${length} bytes is over ${LIMITS.recordBytes}`);
    if (offset + 8 + length > bytes.byteLength) throw new RangeError("batch ends inside a record");
    records.push(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return records;
}
