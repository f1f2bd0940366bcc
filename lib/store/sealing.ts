import type Database from "better-sqlite3";
import { type GroupHead, type HeadSink, ORD } from "./group-head.ts";
import { chunkKey, lodKey } from "./keys.ts";
import { packLodRow } from "./pyramid.ts";

/** `chunks.codec`: doubles as they are. */
const PLAIN = 0;

/** The sink of the writer: what heads say becomes rows, inside the ingest transaction. */
export function storingSink(db: Database.Database): HeadSink {
  const takeColumns = db
    .prepare<[number], number>("UPDATE meta SET value = value + ? WHERE key = 'next_column' RETURNING value")
    .pluck();
  const addGroup = db.prepare<[number, number, number, string, number]>(
    "INSERT INTO groups (id, run, number, names, file) VALUES (?, ?, ?, ?, ?)",
  );
  const addAxis = db.prepare<unknown[]>("INSERT INTO axis VALUES (?, ?, ?, ?, ?, ?)");
  const addChunk = db.prepare<[number, number, Uint8Array]>("INSERT INTO chunks VALUES (?, ?, ?)");
  const addLod = db.prepare<[number, Uint8Array]>("INSERT INTO lods VALUES (?, ?)");
  const addAttempt = db.prepare<[number, number, number]>("INSERT INTO attempts VALUES (?, ?, ?)");
  return {
    openGroup(run, number, file, names) {
      const columns = names.length + 4;
      const id = takeColumns.get(columns)! - columns;
      addGroup.run(id, run, number, JSON.stringify(names), file);
      return id;
    },
    sealChunk(head: GroupHead) {
      const { chunk, open, attempt, startsAttempt } = head.state;
      const key = chunkKey(head.id, chunk);
      addAxis.run(key, head.sealed, open, head.columns[ORD]![0], attempt, startsAttempt ? 1 : 0);
      head.columns.forEach((column, i) => {
        addChunk.run(chunkKey(head.id + i, chunk), PLAIN, bytesOf(column.subarray(0, open)));
      });
    },
    lodRow(column, level, row, buckets) {
      addLod.run(lodKey(column, level, row), bytesOf(packLodRow(buckets)));
    },
    beginAttempt(file, attempt, fromStep) {
      addAttempt.run(file, attempt, fromStep);
    },
  };
}

/** The values of a chunk. @throws RangeError when a later version wrote it */
export function decodeChunk(codec: number, data: Uint8Array): Float64Array {
  if (codec !== PLAIN) throw new RangeError(`chunk codec ${codec} is not known`);
  return doublesOf(data);
}

/** Doubles in a blob, as a view where it is aligned. */
export function doublesOf(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  return new Float64Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / 8);
}

const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
