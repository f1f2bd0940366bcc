import { fromJsonValue, METRIC, type SeriesView } from "#lib/protocol/index.ts";
import type { ReportRun } from "./model.ts";

/** How the training loss stood at the end. */
export type FinalLoss =
  /** Its robust trend, or the last value where a run is too short for one (then `step` is that value's). */
  | { kind: "finite"; value: number; step: number | null }
  /** NaN or ±Inf, and the last finite value before, where it is known. */
  | { kind: "lost"; value: number; lastFinite: { value: number; step: number | null } | null };

/** Null when the log has no training loss. A loss that was judged not to be a number counts as NaN whatever was printed. */
export function finalLoss(run: ReportRun, series: readonly SeriesView[]): FinalLoss | null {
  const last = run.last[METRIC.trainLoss];
  if (!last) return null;
  const value = fromJsonValue(last.value);
  if (!Number.isFinite(value)) return { kind: "lost", value, lastFinite: lastFinite(series) };
  const { verdict, trend } = run.diagnosis;
  if (verdict.name === "nan") {
    const good = verdict.evidence.find(({ name }) => name === "last_good")?.value;
    return {
      kind: "lost",
      value: Number.NaN,
      lastFinite: typeof good === "number" ? { value: good, step: null } : null,
    };
  }
  const level = trend.value.at(-1);
  return level === undefined || verdict.name === "reading"
    ? { kind: "finite", value, step: last.step }
    : { kind: "finite", value: level, step: null };
}

function lastFinite(series: readonly SeriesView[]): { value: number; step: number | null } | null {
  const loss = series.find(({ metric }) => metric === METRIC.trainLoss);
  const bucket = loss ? loss.count.findLastIndex((count) => count > 0) : -1;
  if (!loss || bucket === -1) return null;
  // A bucket that holds a NaN too does not tell which of its steps was the last good one.
  const pure = loss.nan[bucket]! + loss.posInf[bucket]! + loss.negInf[bucket]! === 0;
  return { value: loss.last[bucket]!, step: pure ? loss.xLast[bucket]! : null };
}
