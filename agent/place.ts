import { randomBytes } from "node:crypto";
import { z } from "zod";
import { decodeRecord, type FileIdentity, fileIdentitySchema } from "#lib/protocol/index.ts";
import type { FollowedLog } from "./follower.ts";
import type { TailPosition } from "./sources/index.ts";

/**
 * Where reading is in a log. It rides with every record into the spool and the store, so that either can say where to go on.
 */

/** What a record carries so that reading can go on behind it. */
const stateSchema = z.object({
  path: z.string(),
  identity: fileIdentitySchema.nullable(),
  /** Complete lines before the record's `end`. */
  line: z.int().nonnegative(),
  reader: z.unknown(),
  group: z.string().nullable().default(null),
  /** Trainings before this one whose logs lay in the same place. */
  earlier: z.int().nonnegative().default(0),
  /** Of a file that is read as a whole: what was given of it. */
  digest: z.string().max(40).optional(),
  /** A person's own format, that it was read by. */
  pattern: z.string().max(1000).nullish(),
});
export type Place = FollowedLog & {
  file: string;
  offset: number;
  identity: FileIdentity | null;
  line: number;
  reader: unknown;
  earlier: number;
  digest?: string | undefined;
};

/**
 * Where a log begins for another pattern than it was read by. While nothing came of it, it stays the same file of the same run;
 * null when something did: that is another run then.
 */
export function anew(place: Place, pattern: string): Place | null {
  const isEmpty = z.object({ linesParsed: z.literal(0) }).safeParse(place.reader).success;
  return isEmpty ? { ...place, pattern, offset: 0, line: 0, reader: undefined, digest: undefined } : null;
}

export const positionOf = ({ identity, offset, line, digest }: Place): TailPosition | null =>
  identity && { identity, offset, line, digest };

export function newPlace(log: FollowedLog, earlier = 0): Place {
  const file = randomBytes(8).toString("hex");
  return { ...log, file, offset: 0, identity: null, line: 0, reader: undefined, earlier };
}

/** The place a spooled record stands for, or null when it is no log's. */
export function placeOf(body: Uint8Array): Place | null {
  const record = decodeRecord(body);
  return record.kind === "chunk" ? toPlace(record.file, record.end, record.state) : null;
}

/** A place from the parts that the wire and the store keep; null when `state` is not one of ours. */
export function toPlace(file: string, offset: number, state: unknown): Place | null {
  const parsed = stateSchema.safeParse(state);
  return parsed.success ? { ...parsed.data, file, offset, reader: parsed.data.reader } : null;
}
