import type Database from "better-sqlite3";
import { type GroupHead, ORD } from "./group-head.ts";
import { chunkKey, lodKey } from "./keys.ts";
import { BUCKET_ROWS, FIELDS, LOD_ROW_BUCKETS, unpackLodRow } from "./pyramid.ts";
import { decodeChunk, doublesOf } from "./sealing.ts";

/** Where a chunk lies in its group: rows `row0 … row0 + n`, all of one attempt. */
export type ChunkPlace = { chunk: number; row0: number; n: number; ord0: number; attempt: number };

type AxisRow = Omit<ChunkPlace, "chunk">;
type ChunkRow = { codec: number; data: Uint8Array };

/** Reads stored columns, sealed and open alike. */
export class ColumnReads {
  readonly axis: Database.Statement<[number], AxisRow>;
  readonly attemptStarts: Database.Statement<[number, number], { row0: number; attempt: number }>;
  readonly chunk: Database.Statement<[number], ChunkRow>;
  readonly lod: Database.Statement<[number], Uint8Array>;

  constructor(db: Database.Database) {
    this.axis = db.prepare("SELECT row0, n, ord0, attempt FROM axis WHERE id = ?");
    this.attemptStarts = db.prepare(
      "SELECT row0, attempt FROM axis WHERE starts_attempt = 1 AND id >= ? AND id < ? ORDER BY id",
    );
    this.chunk = db.prepare("SELECT codec, data FROM chunks WHERE id = ?");
    this.lod = db.prepare<[number], Uint8Array>("SELECT data FROM lods WHERE id = ?").pluck();
  }

  /** A view of one group, to be used within one transaction. */
  group(head: GroupHead): GroupColumns {
    return new GroupColumns(head, this);
  }
}

/** One group's rows, 0 … `rows`, as of now: what is sealed from the store, the rest from its head. */
export class GroupColumns {
  readonly head: GroupHead;
  readonly #reads: ColumnReads;
  readonly #places = new Map<number, ChunkPlace>();
  readonly #columns = new Map<number, ColumnReader>();

  constructor(head: GroupHead, reads: ColumnReads) {
    this.head = head;
    this.#reads = reads;
  }

  get rows(): number {
    return this.head.state.rows;
  }

  column(index: number): ColumnReader {
    let column = this.#columns.get(index);
    if (!column) {
      column = new ColumnReader(this, index, this.#reads);
      this.#columns.set(index, column);
    }
    return column;
  }

  /** Rows by attempt, in order. */
  attempts(): { attempt: number; from: number; to: number }[] {
    const { id, state, sealed } = this.head;
    const starts = this.#reads.attemptStarts.all(chunkKey(id, 0), chunkKey(id, state.chunk));
    if (state.startsAttempt && state.open > 0) starts.push({ row0: sealed, attempt: state.attempt });
    return starts.map(({ row0, attempt }, i) => ({ attempt, from: row0, to: starts[i + 1]?.row0 ?? this.rows }));
  }

  /** The chunk that holds a row. */
  placeOf(row: number): ChunkPlace {
    if (row >= this.head.sealed) return this.#place(this.head.state.chunk);
    return this.#place(lastWhere(this.head.state.chunk, (chunk) => this.#place(chunk).row0 <= row));
  }

  /** The first row whose ord is at least `ord`; `rows` when there is none. */
  rowAtOrd(ord: number): number {
    const { chunk, open } = this.head.state;
    const last = lastWhere(open > 0 ? chunk + 1 : chunk, (at) => this.#place(at).ord0 <= ord);
    if (last < 0) return 0;
    const { row0, n } = this.#place(last);
    const ords = this.column(ORD);
    return row0 + 1 + lastWhere(n, (i) => ords.value(row0 + i) < ord);
  }

  #place(chunk: number): ChunkPlace {
    const { state, sealed, columns } = this.head;
    if (chunk === state.chunk) {
      return { chunk, row0: sealed, n: state.open, ord0: columns[ORD]![0]!, attempt: state.attempt };
    }
    let place = this.#places.get(chunk);
    if (!place) {
      const row = this.#reads.axis.get(chunkKey(this.head.id, chunk));
      if (!row) throw new RangeError(`chunk ${chunk} of group ${this.head.id} is not in the store`);
      place = { chunk, ...row };
      this.#places.set(chunk, place);
    }
    return place;
  }
}

const NOWHERE: ChunkPlace = { chunk: -1, row0: 0, n: 0, ord0: 0, attempt: 0 };

/** One column of a group, by row and by level-of-detail bucket. Remembers what it read last: readers mostly go forward. */
export class ColumnReader {
  readonly #group: GroupColumns;
  readonly #index: number;
  readonly #reads: ColumnReads;
  #place = NOWHERE;
  #values: Float64Array = new Float64Array(0);
  readonly #lods: { row: number; buckets: Float64Array }[] = BUCKET_ROWS.map(() => ({
    row: -1,
    buckets: new Float64Array(0),
  }));

  constructor(group: GroupColumns, index: number, reads: ColumnReads) {
    this.#group = group;
    this.#index = index;
    this.#reads = reads;
  }

  value(row: number): number {
    return this.chunkAt(row)[row - this.#place.row0]!;
  }

  /** Values of rows `from … to`, in an array of their own. */
  slice(from: number, to: number): Float64Array {
    const values = new Float64Array(to - from);
    for (let row = from; row < to; ) {
      const chunk = this.chunkAt(row);
      const { row0, n } = this.#place;
      const end = Math.min(to, row0 + n);
      values.set(chunk.subarray(row - row0, end - row0), row - from);
      row = end;
    }
    return values;
  }

  /**
   * The row of buckets that holds bucket `index` of a level, which must be full; the bucket starts at
   * `(index % LOD_ROW_BUCKETS) * FIELDS`.
   */
  buckets(level: number, index: number): Float64Array {
    const row = Math.floor(index / LOD_ROW_BUCKETS);
    const known = this.#lods[level]!;
    if (known.row === row) return known.buckets;
    const open = this.#group.head.pyramids[this.#index]?.levels[level];
    known.buckets = open?.row === row ? open.open : this.#storedBuckets(level, row);
    known.row = row;
    return known.buckets;
  }

  /** The values of the chunk that holds a row. */
  chunkAt(row: number): Float64Array {
    const { row0, n } = this.#place;
    if (row >= row0 && row < row0 + n) return this.#values;
    const { head } = this.#group;
    this.#place = this.#group.placeOf(row);
    const { chunk } = this.#place;
    this.#values = chunk === head.state.chunk ? head.columns[this.#index]! : this.#storedChunk(head.id, chunk);
    return this.#values;
  }

  #storedChunk(group: number, chunk: number): Float64Array {
    const row = this.#reads.chunk.get(chunkKey(group + this.#index, chunk));
    if (!row) throw new RangeError(`chunk ${chunk} of column ${group + this.#index} is not in the store`);
    return decodeChunk(row.codec, row.data);
  }

  #storedBuckets(level: number, row: number): Float64Array {
    const column = this.#group.head.id + this.#index;
    const packed = this.#reads.lod.get(lodKey(column, level, row));
    if (!packed) throw new RangeError(`level ${level} row ${row} of column ${column} is not in the store`);
    return unpackLodRow(doublesOf(packed));
  }
}

/** Where a bucket starts in the row that `ColumnReader.buckets` gives. */
export const offsetOf = (index: number): number => (index % LOD_ROW_BUCKETS) * FIELDS;

/** The last of `0 … count` for which `holds`, which must hold up to some point and not after it; −1 when for none. */
function lastWhere(count: number, holds: (index: number) => boolean): number {
  let low = -1;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
