import { SERIES_COLUMNS, type SeriesView } from "#lib/protocol/index.ts";
import { type ColumnReader, type ColumnReads, type GroupColumns, offsetOf } from "./columns.ts";
import { BUCKET_ROWS, FIRST, LAST, MAX, MIN, NAN, NEG_INF, POS_INF } from "./pyramid.ts";
import type { RunHeads } from "./run-heads.ts";
import { type Plan, planSeries, RAW } from "./series-plan.ts";
import type { SeriesQuery } from "./store.ts";

/**
 * Series at a resolution, in the order asked for; metrics the run does not have are left out.
 *
 * @param attempts by number of the file, ascending
 */
export function readSeries(
  run: RunHeads,
  reads: ColumnReads,
  attempts: ReadonlyMap<number, readonly { attempt: number; fromStep: number }[]>,
  query: SeriesQuery,
): SeriesView[] {
  const all = new Map(run.groups.map((head) => [head, reads.group(head)]));
  const plans = new Map<string, { groups: GroupColumns[]; plan: Plan }>();
  return query.metrics
    .filter((metric) => run.series.has(metric))
    .map((metric) => {
      const groups = run.groupsOf(metric).map((head) => all.get(head)!);
      const key = groups.map((group) => group.head.id).join();
      const own = attempts.get(run.ownerOf(metric)!.number) ?? [];
      const planned = plans.get(key) ?? { groups, plan: planSeries(groups, own, query) };
      plans.set(key, planned);
      return fill(metric, planned.groups, planned.plan);
    });
}

function fill(metric: string, groups: readonly GroupColumns[], plan: Plan): SeriesView {
  const slots = plan.x.length;
  const view = emptyView(metric, slots);
  view.total = groups.reduce((rows, group) => rows + group.rows, 0);
  view.x.set(plan.x);
  view.xLast.set(plan.xLast);
  const readers = groups.map((group) => group.column(group.head.columnOf(metric)!));
  for (const { group, level, index, count, slot } of plan.sources) {
    const reader = readers[group]!;
    if (level === RAW) addRows(view, slot, reader, index, index + count);
    else addBucket(view, slot, reader.buckets(level, index), offsetOf(index), BUCKET_ROWS[level]!);
  }
  for (let slot = 0; slot < slots; slot++) {
    view.shown += view.count[slot]! + view.nan[slot]! + view.posInf[slot]! + view.negInf[slot]!;
  }
  return view;
}

function emptyView(metric: string, slots: number): SeriesView {
  const columns = Object.fromEntries(SERIES_COLUMNS.map((name) => [name, new Float64Array(slots)])) as Pick<
    SeriesView,
    (typeof SERIES_COLUMNS)[number]
  >;
  for (const name of ["first", "last", "min", "max"] as const) columns[name].fill(Number.NaN);
  return { metric, shown: 0, total: 0, ...columns };
}

function addRows(view: SeriesView, slot: number, reader: ColumnReader, from: number, to: number): void {
  let count = view.count[slot]!;
  let first = view.first[slot]!;
  let last = view.last[slot]!;
  let min = view.min[slot]!;
  let max = view.max[slot]!;
  for (let row = from; row < to; row++) {
    const value = reader.value(row);
    if (!Number.isFinite(value)) {
      const others = Number.isNaN(value) ? view.nan : value > 0 ? view.posInf : view.negInf;
      others[slot] = others[slot]! + 1;
      continue;
    }
    if (count === 0) {
      first = value;
      min = value;
      max = value;
    }
    count++;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  view.count[slot] = count;
  view.first[slot] = first;
  view.last[slot] = last;
  view.min[slot] = min;
  view.max[slot] = max;
}

function addBucket(view: SeriesView, slot: number, buckets: Float64Array, at: number, size: number): void {
  const nan = buckets[at + NAN]!;
  const posInf = buckets[at + POS_INF]!;
  const negInf = buckets[at + NEG_INF]!;
  view.nan[slot] = view.nan[slot]! + nan;
  view.posInf[slot] = view.posInf[slot]! + posInf;
  view.negInf[slot] = view.negInf[slot]! + negInf;
  const finite = size - nan - posInf - negInf;
  if (finite === 0) return;
  if (view.count[slot] === 0) {
    view.first[slot] = buckets[at + FIRST]!;
    view.min[slot] = buckets[at + MIN]!;
    view.max[slot] = buckets[at + MAX]!;
  }
  view.count[slot] = view.count[slot]! + finite;
  view.last[slot] = buckets[at + LAST]!;
  view.min[slot] = Math.min(view.min[slot]!, buckets[at + MIN]!);
  view.max[slot] = Math.max(view.max[slot]!, buckets[at + MAX]!);
}
