import { type LastValue, SERIES_COLUMNS, type SeriesView, toJsonValue } from "#lib/protocol/index.ts";

type Bucket = Record<(typeof SERIES_COLUMNS)[number], number>;

/**
 * A series of any length in bounded memory, for who reads a log without a store. Every bucket holds as many points as any
 * other; when there are too many buckets, neighbours are joined. Lowest, highest and non-finite values survive that.
 */
export class SeriesBuckets {
  readonly #limit: number;
  #buckets: Bucket[] = [];
  /** Points a bucket takes before the next one begins. */
  #size = 1;
  #points = 0;
  #last: LastValue | null = null;
  #lowest: { step: number; value: number } | null = null;

  /** @param limit most buckets kept, an even number; the view has between half of it and all */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Points so far, those of replaced stretches included. */
  get points(): number {
    return this.#points;
  }

  get last(): LastValue | null {
    return this.#last;
  }

  /** The lowest finite value. */
  get lowest(): { step: number; value: number } | null {
    return this.#lowest;
  }

  /** Takes the next point. A step that goes back replaces what was read from there on: the later attempt is shown. */
  push(step: number, value: number): void {
    this.#points++;
    this.#last = { step, value: toJsonValue(value) };
    if (Number.isFinite(value) && !(this.#lowest && this.#lowest.value <= value)) this.#lowest = { step, value };
    this.#rewind(step);
    const open = this.#buckets.at(-1);
    const point = bucketOf(step, value);
    if (open && pointsIn(open) < this.#size) merge(open, point);
    else {
      if (this.#buckets.length === this.#limit) this.#halve();
      this.#buckets.push(point);
    }
  }

  view(metric: string): SeriesView {
    const columns = Object.fromEntries(
      SERIES_COLUMNS.map((name) => [name, Float64Array.from(this.#buckets, (bucket) => bucket[name])]),
    ) as Pick<SeriesView, (typeof SERIES_COLUMNS)[number]>;
    const shown = this.#buckets.reduce((sum, bucket) => sum + pointsIn(bucket), 0);
    return { metric, shown, total: this.#points, ...columns };
  }

  #rewind(step: number): void {
    while ((this.#buckets.at(-1)?.x ?? -Infinity) > step) this.#buckets.pop();
    const open = this.#buckets.at(-1);
    if (open && open.xLast > step) open.xLast = step;
  }

  #halve(): void {
    const joined: Bucket[] = [];
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const bucket = this.#buckets[i]!;
      const next = this.#buckets[i + 1];
      if (next) merge(bucket, next);
      joined.push(bucket);
    }
    this.#buckets = joined;
    this.#size *= 2;
  }
}

const pointsIn = ({ count, nan, posInf, negInf }: Bucket): number => count + nan + posInf + negInf;

function bucketOf(step: number, value: number): Bucket {
  const finite = Number.isFinite(value);
  const known = finite ? value : Number.NaN;
  return {
    x: step,
    xLast: step,
    first: known,
    last: known,
    min: known,
    max: known,
    count: finite ? 1 : 0,
    nan: Number.isNaN(value) ? 1 : 0,
    posInf: value === Infinity ? 1 : 0,
    negInf: value === -Infinity ? 1 : 0,
  };
}

/** Adds the later bucket to the earlier one. */
function merge(bucket: Bucket, later: Bucket): void {
  bucket.xLast = later.xLast;
  for (const name of ["nan", "posInf", "negInf"] as const) bucket[name] += later[name];
  if (later.count === 0) return;
  if (bucket.count === 0) {
    for (const name of ["first", "min", "max"] as const) bucket[name] = later[name];
  }
  bucket.min = Math.min(bucket.min, later.min);
  bucket.max = Math.max(bucket.max, later.max);
  bucket.last = later.last;
  bucket.count += later.count;
}
