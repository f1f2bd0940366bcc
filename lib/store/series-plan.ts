import { AXIS_METRICS, type XAxis } from "#lib/protocol/index.ts";
import { type GroupColumns, offsetOf } from "./columns.ts";
import { AT, STEP } from "./group-head.ts";
import { BUCKET_ROWS, FAN_OUT, MAX, MIN, NAN, NEG_INF, POS_INF } from "./pyramid.ts";
import type { SeriesQuery } from "./store.ts";

/** Level of a source that is a span of rows and not a bucket. */
export const RAW = -1;

/**
 * What a series is put together from: buckets of the levels of detail and, where those are too coarse, spans of rows; in
 * ascending x. The metrics of a run that come from the same groups share one plan.
 */
export type Plan = {
  sources: Source[];
  /** Lowest and highest x of each slot of the answer, ascending. */
  x: Float64Array;
  xLast: Float64Array;
};

/** Bucket `index` of a level, or `count` rows from `index` on; `group` is an index into the plan's groups. */
type Source = {
  group: number;
  level: number;
  index: number;
  count: number;
  slot: number;
  x: number;
  xLast: number;
};

/** Rows are in when the column's value is finite, `from … to` and less than `below`. */
type Condition = { column: number; from: number; to: number; below: number };

/**
 * Plans a series over the groups' rows in range. Costs by the number of buckets asked for, not by the rows: a bucket is
 * opened only when it straddles the range's ends, an attempt's end or a good part of a slot.
 *
 * @param groups   of one file
 * @param attempts of that file, ascending; rows of an attempt that a later one has run over are left out, or with
 *   `superseded` are all there is
 */
export function planSeries(
  groups: readonly GroupColumns[],
  attempts: readonly { attempt: number; fromStep: number }[],
  { x, from, to, buckets, superseded }: Omit<SeriesQuery, "metrics">,
): Plan {
  const stretches: Stretch[] = groups.flatMap((group, index) => {
    const column = axisColumn(group, x);
    if (column === null) return [];
    const range = { column, from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY };
    return group.attempts().map((part) => {
      const below = overrunFrom(part.attempt, attempts);
      const kept = superseded ? { from: below, below: Number.POSITIVE_INFINITY } : { from: -Infinity, below };
      const conditions: Condition[] =
        column === STEP
          ? [{ ...range, from: Math.max(range.from, kept.from), below: kept.below }]
          : [
              { ...range, below: Number.POSITIVE_INFINITY },
              { column: STEP, to: Infinity, ...kept },
            ];
      return { group, index, conditions, from: part.from, to: part.to };
    });
  });

  let rows = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const stretch of stretches) {
    const survey: Visit = (_level, _index, count, x, xLast) => {
      rows += count;
      if (x < low) low = x;
      if (xLast > high) high = xLast;
    };
    walk(stretch, () => true, survey);
  }
  return slotted(rows <= buckets ? eachRow(stretches) : gathered(stretches, { low, high, buckets }));
}

/** Every row a slot of its own. */
function eachRow(stretches: readonly Stretch[]): Source[] {
  const sources: Source[] = [];
  for (const stretch of stretches) {
    walk(
      stretch,
      () => false,
      (level, index, count, x, xLast) => {
        sources.push({ group: stretch.index, level, index, count, slot: 0, x, xLast });
      },
    );
  }
  return ascending(sources).map((source, slot) => ({ ...source, slot }));
}

/** `buckets` slots of equal width in x; a source goes where its lowest x is. */
function gathered(
  stretches: readonly Stretch[],
  { low, high, buckets }: { low: number; high: number; buckets: number },
): Source[] {
  // Halves, so that the distance of two very large numbers does not overflow.
  const half = high / 2 - low / 2;
  const isFine = (extent: number): boolean => extent / 2 <= half / buckets / 2;
  const slotOf = (x: number): number =>
    half > 0 ? Math.min(buckets - 1, Math.floor(((x / 2 - low / 2) / half) * buckets)) : 0;
  const sources: Source[] = [];
  for (const stretch of stretches) {
    let span: Source | null = null;
    walk(stretch, isFine, (level, index, count, x, xLast) => {
      const slot = slotOf(x);
      if (span && level === RAW && span.slot === slot && span.index + span.count === index) {
        span.count++;
        span.x = Math.min(span.x, x);
        span.xLast = Math.max(span.xLast, xLast);
        return;
      }
      const source = { group: stretch.index, level, index, count, slot, x, xLast };
      sources.push(source);
      span = level === RAW ? source : null;
    });
  }
  return ascending(sources);
}

/** Several groups or attempts are each in order; together they may not be. */
function ascending(sources: Source[]): Source[] {
  const isSorted = sources.every(({ x }, i) => i === 0 || sources[i - 1]!.x <= x);
  return isSorted ? sources : sources.toSorted((a, b) => a.x - b.x);
}

/** Numbers the slots that have any source, and says where they lie. */
function slotted(sources: Source[]): Plan {
  const x: number[] = [];
  const xLast: number[] = [];
  let current = -1;
  for (const source of sources) {
    if (source.slot !== current) {
      current = source.slot;
      x.push(source.x);
      xLast.push(source.xLast);
    }
    source.slot = x.length - 1;
    if (source.xLast > xLast[source.slot]!) xLast[source.slot] = source.xLast;
  }
  return { sources, x: Float64Array.from(x), xLast: Float64Array.from(xLast) };
}

/** The group's column that an axis shows; null when the group has none. */
function axisColumn(group: GroupColumns, x: XAxis): number | null {
  if (x === "step") return STEP;
  if (x === "time") return AT;
  for (const metric of AXIS_METRICS[x]) {
    const column = group.head.columnOf(metric);
    if (column !== null) return column;
  }
  return null;
}

/** The lowest step at which a later attempt took over. */
function overrunFrom(attempt: number, attempts: readonly { attempt: number; fromStep: number }[]): number {
  let below = Number.POSITIVE_INFINITY;
  for (const later of attempts) if (later.attempt > attempt) below = Math.min(below, later.fromStep);
  return below;
}

type Stretch = { group: GroupColumns; index: number; conditions: readonly Condition[]; from: number; to: number };
type Visit = (level: number, index: number, rows: number, x: number, xLast: number) => void;

const NONE = 0;
const SOME = 1;
const ALL = 2;

/**
 * Visits the rows of a stretch that meet the conditions, as the coarsest buckets that are wholly in and `isFine` (given the
 * extent in x) and single rows for the rest, in order of rows. The first condition's column is x.
 */
function walk({ group, conditions, from, to }: Stretch, isFine: (extent: number) => boolean, visit: Visit): void {
  const columns = conditions.map((condition) => ({ condition, reader: group.column(condition.column) }));
  const xReader = columns[0]!.reader;

  const visitRows = (start: number, end: number, areIn: boolean): void => {
    for (let row = start; row < end; row++) {
      const isIn =
        areIn ||
        columns.every(({ condition, reader }) => {
          const value = reader.value(row);
          return Number.isFinite(value) && value >= condition.from && value <= condition.to && value < condition.below;
        });
      if (!isIn) continue;
      const x = xReader.value(row);
      visit(RAW, row, 1, x, x);
    }
  };
  const visitBucket = (level: number, index: number): void => {
    const size = BUCKET_ROWS[level]!;
    const start = index * size;
    if (start >= to || start + size <= from) return;
    let isIn = SOME;
    if (start >= from && start + size <= to) {
      isIn = ALL;
      for (const { condition, reader } of columns) {
        isIn = Math.min(isIn, judge(reader.buckets(level, index), offsetOf(index), condition));
      }
      if (isIn === NONE) return;
      if (isIn === ALL) {
        const xs = xReader.buckets(level, index);
        const x = xs[offsetOf(index) + MIN]!;
        const xLast = xs[offsetOf(index) + MAX]!;
        if (isFine(xLast - x)) {
          visit(level, index, size, x, xLast);
          return;
        }
      }
    }
    if (level === 0) visitRows(Math.max(start, from), Math.min(start + size, to), isIn === ALL);
    else for (let child = index * FAN_OUT; child < (index + 1) * FAN_OUT; child++) visitBucket(level - 1, child);
  };

  const top = BUCKET_ROWS.length - 1;
  const topSize = BUCKET_ROWS[top]!;
  for (let index = Math.floor(from / topSize); index * topSize < to; index++) visitBucket(top, index);
}

/** How many of a full bucket's rows meet the condition. */
function judge(buckets: Float64Array, at: number, { from, to, below }: Condition): number {
  const min = buckets[at + MIN]!;
  const max = buckets[at + MAX]!;
  // NaN where no value is finite: every comparison fails.
  if (!(max >= from && min <= to && min < below)) return NONE;
  const others = buckets[at + NAN]! + buckets[at + POS_INF]! + buckets[at + NEG_INF]!;
  return others === 0 && min >= from && max <= to && max < below ? ALL : SOME;
}
