import { z } from "zod";
import { ERROR_CODES } from "./errors.ts";
import { fileIdentitySchema } from "./record.ts";

/** Bumped when an older side could misread a newer one; unknown fields are dropped, so additions need no bump. */
export const PROTOCOL_VERSION = 1;

/** Paths of the two socket.io servers, each with limits of its own. */
export const AGENT_PATH = "/agent.io/";
export const LIVE_PATH = "/live.io/";

/** Events of the agent's socket; every one is answered through socket.io's acknowledgement. */
export const AGENT_EVENT = { hello: "hello", batch: "batch", cursors: "cursors" } as const;

const spoolId = z.string().regex(/^[0-9a-f]{32}$/);
const seq = z.int().nonnegative();

export const helloSchema = z.object({
  proto: z.int(),
  spoolId,
  /** null before the server has minted one for this spool. */
  epoch: z.int().positive().nullable(),
  /** First and last record still in the spool; `lastSeq` 0 when it is empty. */
  firstSeq: seq,
  lastSeq: seq,
  /** Host name, and a digest of what tells this host from a copy of its disk. */
  host: z.string().max(255),
  fingerprint: z.string().max(128),
  version: z.string().max(64),
  clockMs: z.number(),
});
export type Hello = z.infer<typeof helloSchema>;

/** `s` is the first of `n` contiguous records, `d` the first 16 bytes (hex) of the SHA-256 of the buffer beside this header. */
export const batchHeaderSchema = z.object({
  e: z.int().positive(),
  s: z.int().positive(),
  n: z.int().positive(),
  d: z.string().regex(/^[0-9a-f]{32}$/),
});
export type BatchHeader = z.infer<typeof batchHeaderSchema>;

export const cursorsRequestSchema = z.object({
  files: z.array(z.object({ path: z.string().max(4096), identity: fileIdentitySchema })).max(256),
});

export type CursorsRequest = z.infer<typeof cursorsRequestSchema>;

const refusalSchema = z.object({
  err: z.enum(ERROR_CODES),
  message: z.string().max(1000),
  expect: z.int().positive().optional(),
  retryAfterMs: z.number().optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;

export const helloReplySchema = z.union([
  refusalSchema,
  z.object({
    epoch: z.int().positive(),
    /** Last committed record + 1: the agent sends from here, whatever it believed before. */
    expect: z.int().positive(),
    creditBytes: z.number(),
    serverMs: z.number(),
  }),
]);
export type HelloReply = z.infer<typeof helloReplySchema>;

export const batchReplySchema = z.union([
  refusalSchema,
  z.object({
    /** Last COMMITTED record, cumulative. */
    a: seq,
    c: z.number(),
    /** Records set aside (kept in `rejects`), with the reason. */
    x: z.array(z.tuple([z.number(), z.enum(ERROR_CODES)])).optional(),
  }),
]);
export type BatchReply = z.infer<typeof batchReplySchema>;

/** Where the server is in each file asked for, so that an agent whose spool was lost goes on there; null when unknown. */
export const cursorsReplySchema = z.union([
  refusalSchema,
  z.object({
    files: z.array(z.object({ file: z.string(), end: z.int().nonnegative(), state: z.unknown() }).nullable()),
  }),
]);
export type CursorsReply = z.infer<typeof cursorsReplySchema>;
