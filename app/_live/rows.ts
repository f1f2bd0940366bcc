import { METRIC, type RunRow, type RunSummary } from "#lib/protocol/index.ts";

/** Points of a sparkline above which every second one goes: a row is 288 px wide. */
const SPARK_LIMIT = 160;

/**
 * The list with changed rows put in, each sparkline grown by the newest loss.
 *
 * @returns null when a changed run is not in the list: then the list has to be read anew
 */
export function mergeRows(rows: readonly RunRow[], changed: readonly RunSummary[]): RunRow[] | null {
  const byId = new Map(changed.map((summary) => [summary.id, summary]));
  const merged = rows.map((row) => {
    const summary = byId.get(row.id);
    byId.delete(row.id);
    return summary ? { ...summary, spark: growSpark(row, summary) } : row;
  });
  return byId.size > 0 ? null : merged;
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
