import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import { MIN_BUCKETS, whiteNoise } from "./features.ts";

/**
 * A loss that has left its scale altogether, told by raw values at once: the history pulls sudden changes in and would see
 * it half a window later (DIAGNOSIS.md §8.17). The further above the start, the fewer records in a row it takes.
 */
const FAR = { records: 3, times: 20 };
const CLEAR = { records: 8, times: 2 };

/** Whether the newest losses lie above the start by many times the progress ever made, or the noise where there was none. */
export function hasExploded(curve: LossCurve): boolean {
  const { latest, start, history } = curve;
  const height = (records: number): number => Math.min(...latest.slice(-records)) - start;
  if (!(latest.at(-1)! > start) || latest.length < FAR.records || history.count < MIN_BUCKETS) return false;
  if (height(FAR.records) <= 0) return false;
  let best = start;
  for (let i = 0; i < history.count; i++) best = Math.min(best, bucketMean(history, i));
  const scale = Math.max(start - best, 10 * whiteNoise(history));
  if (height(FAR.records) > FAR.times * scale) return true;
  return latest.length >= CLEAR.records && height(CLEAR.records) > CLEAR.times * scale;
}
