import { METRIC, type RunRow, type RunSummary } from "#lib/protocol/index.ts";

/** Points of a sparkline above which every second one goes: a row is 288 px wide. */
const SPARK_LIMIT = 160;

/** Which runs a list is of. */
export type Shelf = "current" | "archived" | "deleted";

const shelfOf = ({ archived, deletedAt }: RunSummary): Shelf =>
  deletedAt !== null ? "deleted" : archived ? "archived" : "current";

/**
 * The list with changed rows put in, each sparkline grown by the newest loss; those that left its shelf are gone.
 *
 * @returns null when a changed run of this shelf is not in the list: then the list has to be read anew
 */
export function mergeRows(
  rows: readonly RunRow[],
  changed: readonly RunSummary[],
  shelf: Shelf = "current",
): RunRow[] | null {
  const byId = new Map(changed.map((summary) => [summary.id, summary]));
  const merged = rows.map((row) => {
    const summary = byId.get(row.id);
    byId.delete(row.id);
    return summary ? { ...summary, spark: growSpark(row, summary) } : row;
  });
  if ([...byId.values()].some((summary) => shelfOf(summary) === shelf)) return null;
  return merged.filter((row) => shelfOf(row) === shelf);
}

function growSpark({ spark }: RunRow, summary: RunSummary): RunRow["spark"] {
  const loss = summary.last[METRIC.trainLoss];
  if (!loss || loss.step <= (spark.step.at(-1) ?? -1)) return spark;
  const grown = {
    step: [...spark.step, loss.step],
    value: [...spark.value, typeof loss.value === "number" ? loss.value : null],
  };
  if (grown.step.length <= SPARK_LIMIT) return grown;
  const kept = (_: unknown, i: number): boolean => i % 2 === 0 || i === grown.step.length - 1;
  return { step: grown.step.filter(kept), value: grown.value.filter(kept) };
}
