import type { ColumnReads, GroupColumns } from "./columns.ts";
import { observationGroup } from "./commit.ts";
import { AT, LINE, ORD, STEP } from "./group-head.ts";
import type { RunHeads } from "./run-heads.ts";
import type { ObservationPage, PointPage } from "./store.ts";

/**
 * A run's observations `fromOrd … fromOrd + limit`: one group for each set of metrics and attempt, each in order, with the
 * metrics that are shown of its file. Where a line's metrics were stored one by one (in a run of very many sets of
 * metrics), its ord comes in several groups.
 */
export function readObservations(run: RunHeads, reads: ColumnReads, fromOrd: number, limit: number): ObservationPage {
  const groups = run.groups.flatMap((head) => {
    const group = reads.group(head);
    // Every ord of the run is some group's, so a range of ords is as many observations.
    const start = group.rowAtOrd(fromOrd);
    const end = group.rowAtOrd(fromOrd + limit);
    if (start === end) return [];
    return group.attempts().flatMap(({ attempt, from, to }) => {
      const [first, last] = [Math.max(from, start), Math.min(to, end)];
      if (first >= last) return [];
      return observationGroup(run, head, attempt, (column) => group.column(column).slice(first, last));
    });
  });
  return { groups, to: Math.max(fromOrd, Math.min(fromOrd + limit, run.observations)) };
}

/** At most `limit` points of one metric from `fromOrd` on, in the order they arrived; none where there is no such run. */
export function readPoints(
  run: RunHeads | null,
  reads: ColumnReads,
  metric: string,
  fromOrd: number,
  limit: number,
): PointPage {
  const ranges: Range[] = (run?.groupsOf(metric) ?? []).map((head) => {
    const group = reads.group(head);
    const from = group.rowAtOrd(fromOrd);
    return { group, from, to: Math.min(group.rows, from + limit) };
  });
  const page = emptyPage(
    Math.min(
      limit,
      ranges.reduce((rows, { from, to }) => rows + to - from, 0),
    ),
  );
  let filled = 0;
  for (const { group, attempt, from, to } of turns(ranges)) {
    const take = Math.min(to - from, limit - filled);
    const columns = [ORD, STEP, AT, LINE, group.head.columnOf(metric)!].map((i) =>
      group.column(i).slice(from, from + take),
    );
    const targets = [page.ord, page.step, page.at, page.line, page.value];
    for (const [i, target] of targets.entries()) target.set(columns[i]!, filled);
    page.attempt.fill(attempt, filled, filled + take);
    filled += take;
    if (filled === limit) break;
  }
  const last = page.ord.at(-1);
  const hasMore = last !== undefined && ranges.some(({ group }) => group.rowAtOrd(last + 1) < group.rows);
  return { ...page, next: hasMore ? last + 1 : null };
}

type Range = { group: GroupColumns; from: number; to: number };
type Turn = Range & { attempt: number };

/** Cuts the groups' rows into stretches so that their ords ascend from one to the next, each within one attempt. */
function* turns(ranges: readonly Range[]): Generator<Turn> {
  const left = ranges.filter(({ from, to }) => from < to).map((range) => ({ ...range }));
  const ordAt = ({ group, from }: Range): number => group.column(ORD).value(from);
  while (left.length > 0) {
    let first = left[0]!;
    let limit = Number.POSITIVE_INFINITY;
    for (const range of left) {
      const ord = ordAt(range);
      if (ord < ordAt(first)) first = range;
    }
    for (const range of left) if (range !== first) limit = Math.min(limit, ordAt(range));
    const { row0, n, attempt } = first.group.placeOf(first.from);
    let to = Math.min(first.to, row0 + n);
    if (first.group.column(ORD).value(to - 1) > limit) to = Math.max(first.from + 1, first.group.rowAtOrd(limit));
    yield { group: first.group, attempt, from: first.from, to };
    first.from = to;
    if (first.from === first.to) left.splice(left.indexOf(first), 1);
  }
}

function emptyPage(rows: number): Omit<PointPage, "next"> {
  const column = (): Float64Array => new Float64Array(rows);
  return { ord: column(), step: column(), at: column(), line: column(), attempt: column(), value: column() };
}
