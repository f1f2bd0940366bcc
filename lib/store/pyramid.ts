/**
 * Levels of detail of one column. Level 0 sums up 64 values to a bucket, every further level 16 buckets of the one below;
 * buckets are cut by position in the column, so none ever changes once it is full. A bucket keeps the extremes of its
 * finite values and counts the others apart: whatever stands out in the values stands out at every level.
 */

/** Values in a bucket, by level. */
export const BUCKET_ROWS = [64, 1024, 16_384, 262_144] as const;
/** Buckets of one level that make one of the next. */
export const FAN_OUT = 16;
/** Buckets stored as one row. A multiple of `FAN_OUT`, so a bucket's parts never lie in two rows. */
export const LOD_ROW_BUCKETS = 256;

/** A bucket is seven numbers; the four of finite values are NaN when it has none. Its size less the counts is the finite count. */
export const FIELDS = 7;
export const FIRST = 0;
export const LAST = 1;
export const MIN = 2;
export const MAX = 3;
export const NAN = 4;
export const POS_INF = 5;
export const NEG_INF = 6;
const FINITE_FIELDS = 4;

/** Takes a full row of buckets to be kept; `buckets` is valid only during the call. */
export type LodRowSink = (level: number, row: number, buckets: Float64Array) => void;

export type Level = {
  /** The bucket being filled, and how many values (level 0) or buckets below it holds. */
  partial: Float64Array;
  filled: number;
  /** Full buckets of the row being filled, and that row's number. */
  open: Float64Array;
  count: number;
  row: number;
};

const newLevel = (): Level => ({
  partial: emptyBucket(),
  filled: 0,
  open: new Float64Array(0),
  count: 0,
  row: 0,
});

/** A column's levels as they grow. Holds at most one open row a level; full ones go to the sink. */
export class Pyramid {
  readonly levels: Level[];

  constructor(levels: Level[] = []) {
    this.levels = levels;
  }

  extend(values: Float64Array, onRow: LodRowSink): void {
    const size = BUCKET_ROWS[0];
    for (let at = 0; at < values.length; ) {
      const level = this.#level(0);
      const take = Math.min(size - level.filled, values.length - at);
      addValues(level.partial, values, at, at + take);
      at += take;
      level.filled += take;
      if (level.filled === size) this.#complete(0, onRow);
    }
  }

  #level(depth: number): Level {
    let level = this.levels[depth];
    if (!level) {
      level = newLevel();
      this.levels[depth] = level;
    }
    return level;
  }

  #complete(depth: number, onRow: LodRowSink): void {
    const level = this.#level(depth);
    const end = level.count * FIELDS;
    if (end === level.open.length) {
      const grown = new Float64Array(Math.max(end * 2, FIELDS * FAN_OUT));
      grown.set(level.open);
      level.open = grown;
    }
    level.open.set(level.partial, end);
    level.count++;
    const parent = depth + 1 < BUCKET_ROWS.length ? this.#level(depth + 1) : null;
    if (parent) {
      mergeBucket(parent.partial, 0, level.partial, 0);
      parent.filled++;
    }
    level.partial = emptyBucket();
    level.filled = 0;
    if (level.count === LOD_ROW_BUCKETS) {
      onRow(depth, level.row, level.open);
      level.row++;
      level.count = 0;
    }
    if (parent && parent.filled === FAN_OUT) this.#complete(depth + 1, onRow);
  }
}

function emptyBucket(): Float64Array {
  return Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0, 0, 0);
}

/** Adds `values[from … to)` to the bucket. */
function addValues(bucket: Float64Array, values: Float64Array, from: number, to: number): void {
  let first = bucket[FIRST]!;
  let last = bucket[LAST]!;
  let min = bucket[MIN]!;
  let max = bucket[MAX]!;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      if (Number.isNaN(first)) {
        first = value;
        min = value;
        max = value;
      }
      last = value;
      if (value < min) min = value;
      if (value > max) max = value;
    } else {
      const field = Number.isNaN(value) ? NAN : value > 0 ? POS_INF : NEG_INF;
      bucket[field] = bucket[field]! + 1;
    }
  }
  bucket[FIRST] = first;
  bucket[LAST] = last;
  bucket[MIN] = min;
  bucket[MAX] = max;
}

/** Adds the bucket at `source[from]` to the one at `target[to]`; the source is the later one. */
function mergeBucket(target: Float64Array, to: number, source: Float64Array, from: number): void {
  for (const field of [NAN, POS_INF, NEG_INF]) target[to + field] = target[to + field]! + source[from + field]!;
  if (Number.isNaN(source[from + FIRST]!)) return;
  if (Number.isNaN(target[to + FIRST]!)) {
    for (let field = 0; field < FINITE_FIELDS; field++) target[to + field] = source[from + field]!;
    return;
  }
  target[to + LAST] = source[from + LAST]!;
  target[to + MIN] = Math.min(target[to + MIN]!, source[from + MIN]!);
  target[to + MAX] = Math.max(target[to + MAX]!, source[from + MAX]!);
}

/** A full row as stored: four doubles a bucket, or all seven where any bucket has a value that is not finite. */
export function packLodRow(buckets: Float64Array): Float64Array {
  let others = 0;
  for (let at = 0; at < buckets.length; at += FIELDS) {
    others += buckets[at + NAN]! + buckets[at + POS_INF]! + buckets[at + NEG_INF]!;
  }
  if (others > 0) return buckets;
  const packed = new Float64Array(LOD_ROW_BUCKETS * FINITE_FIELDS);
  copyFinite(buckets, FIELDS, packed, FINITE_FIELDS);
  return packed;
}

/** What `packLodRow` was given. */
export function unpackLodRow(packed: Float64Array): Float64Array {
  if (packed.length === LOD_ROW_BUCKETS * FIELDS) return packed;
  const buckets = new Float64Array(LOD_ROW_BUCKETS * FIELDS);
  copyFinite(packed, FINITE_FIELDS, buckets, FIELDS);
  return buckets;
}

/** Copies the finite fields of a row of buckets, from and to rows that take so many numbers for each. */
function copyFinite(source: Float64Array, sourceWidth: number, target: Float64Array, targetWidth: number): void {
  for (let i = 0; i < LOD_ROW_BUCKETS; i++) {
    for (let field = 0; field < FINITE_FIELDS; field++) {
      target[i * targetWidth + field] = source[i * sourceWidth + field]!;
    }
  }
}
