import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import { MIN_BUCKETS } from "./features.ts";

/**
 * A loss that has left its scale altogether, told by raw values at once: the history pulls sudden changes in and would see
 * it half a window later (DIAGNOSIS.md §8.17). The further above the start, the fewer records in a row it takes. The scale
 * is all that the loss did before: its progress, its noise and the range it moved in.
 */
const TIERS = [
  { records: 2, times: 100 },
  { records: 3, times: 20 },
  { records: 8, times: 2 },
] as const;
/** A few records have no scale yet: what they rise by must also be this many times their range, and this far at least. */
const FEW_RECORDS = 48;
const FEW_RECORDS_TIMES = 20;

export function hasExploded(curve: LossCurve): boolean {
  const { latest, start, history, points } = curve;
  if (!(latest.at(-1)! > start) || latest.length < 2 || history.count < MIN_BUCKETS) return false;
  let scale = Number.NaN;
  return TIERS.some(({ records, times }) => {
    if (latest.length < records) return false;
    const height = Math.min(...latest.slice(-records)) - start;
    if (height <= 0) return false;
    if (Number.isNaN(scale)) scale = scaleBefore(curve);
    return height > (points < FEW_RECORDS ? Math.max(times, FEW_RECORDS_TIMES) : times) * scale;
  });
}

/** Progress, ten times the noise, or half the range of the history before the newest records, whichever is the most. */
function scaleBefore({ history, start, latest }: LossCurve): number {
  const { columns, count, width } = history;
  const before = count - Math.ceil(latest.length / width);
  let [low, high] = [start, start];
  let [squares, pairs] = [0, 0];
  for (let i = 0; i < before; i++) {
    const level = bucketMean(history, i);
    low = Math.min(low, level);
    high = Math.max(high, level);
    squares += columns.squares[i]!;
    pairs += columns.pairs[i]!;
  }
  return Math.max(start - low, 10 * Math.sqrt((0.5 * squares) / Math.max(1, pairs)), (high - low) / 2);
}
