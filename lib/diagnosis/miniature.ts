import { fitLine, mean } from "#lib/core/index.ts";
import type { Evidence } from "#lib/protocol/index.ts";
import { bucketMean, bucketNorm, bucketVariance } from "./curve/history.ts";
import type { LossCurve } from "./curve/loss-curve.ts";
import { bucketStep } from "./judge/description.ts";

/**
 * The little curves behind evidence, from the bucket history alone: what the engine keeps is what is drawn. A stretch of more
 * buckets than a tile has room for is told by means of neighbours.
 */
export type Buckets = { from: number; to: number };
type Series = NonNullable<Evidence["series"]>;

const POINTS = 64;
/** Buckets on each side of one over which its trend is a straight line. */
const REACH = 4;
/** A shorter stretch is no curve to look at. */
const LEAST = 16;

/** As much before bucket `since` as there is after it. */
export function aroundBucket({ history }: LossCurve, since: number): Buckets {
  const after = Math.max(LEAST, history.count - since);
  return { from: Math.max(0, since - after), to: history.count };
}

/** The last third, which slope and swing of the present are measured over. */
export function recentBuckets({ history: { count } }: LossCurve): Buckets {
  return { from: Math.max(0, Math.min(Math.floor((2 * count) / 3), count - LEAST)), to: count };
}

export function trendLine(curve: LossCurve, buckets: Buckets): Series {
  return { ...columns(curve, buckets, (i) => bucketMean(curve.history, i)), kind: "line" };
}

/**
 * How far the loss swings about its trend: the height of a sine with the spread within a bucket (√2 standard deviations), and
 * where a swing is longer than a bucket, how far that lies off.
 */
export function swingHeights(curve: LossCurve, buckets: Buckets): Series {
  const { history } = curve;
  const height = (i: number): number => {
    const near = range(Math.max(0, i - REACH), Math.min(history.count, i + REACH + 1));
    const means = near.map((k) => bucketMean(history, k));
    const line = fitLine(near, means);
    const level = line === null ? mean(means) : mean(means) + line.slope * (i - mean(near));
    return Math.sqrt(2 * bucketVariance(history, i) + (bucketMean(history, i) - level) ** 2);
  };
  return { ...columns(curve, buckets, height), kind: "swing" };
}

/** Geometric means of the gradient norm; where none was logged there is a gap. */
export function normLine(curve: LossCurve, buckets: Buckets, clip: number | null): Series {
  const { norms } = curve.history.columns;
  const norm = (i: number): number | null => (norms[i]! > 0 ? bucketNorm(curve.history, i) : null);
  const series: Series = { ...columns(curve, buckets, norm), kind: "line", log: true };
  return clip === null ? series : { ...series, mark: clip };
}

function columns(
  curve: LossCurve,
  { from, to }: Buckets,
  read: (i: number) => number | null,
): Pick<Series, "step" | "value"> {
  const per = Math.max(1, Math.ceil((to - from) / POINTS));
  const step: number[] = [];
  const value: (number | null)[] = [];
  for (let i = from; i < to; i += per) {
    const some = range(i, Math.min(to, i + per));
    const known = some.map(read).filter((v) => v !== null);
    step.push(bucketStep(curve, some[some.length >> 1]!));
    value.push(known.length === 0 ? null : mean(known));
  }
  return { step, value };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
