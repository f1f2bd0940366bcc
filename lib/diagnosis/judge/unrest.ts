import { mean } from "#lib/core/index.ts";
import { bucketMean, type History } from "../curve/history.ts";

/**
 * A run that was calm until its learning rate jumped. How noisy a loss is says nothing of the rate, nor that it grows noisier
 * in the course of a run: data, batch size and the descent itself do that (DIAGNOSIS.md §1.5). But where the rate leaves its
 * schedule and the noise grows several times over with it, and for good, the run is an experiment with its own control.
 */
export type Unrest = {
  /** The first restless bucket. */
  bucket: number;
  /** The noise since, against that before. */
  times: number;
  /** The descent per bucket since, as a share of that before: 1 where the curve learns on as if nothing had happened. */
  descentKept: number;
};

const MIN_BEFORE = 16;
const MIN_AFTER = 6;
/** Points of the restless stretch: fewer may be a handful of bad batches. */
const MIN_POINTS = 40;
const LEAST_TIMES = 2;
/** Shares of the buckets that must lie on their side: nearly all of those before are calmer than nearly all since. */
const [CALM_SHARE, RESTLESS_SHARE] = [0.9, 0.1];
/** The noise may take a share of the time since the jump to grow, but begins no sooner. */
const LAG_SHARE = 0.25;

/**
 * @param jumpStep where the learning rate left its schedule, upwards
 * @returns the clearest edge of the noise shortly after; null where it stays as it was
 */
export function unrest(history: History, jumpStep: number): Unrest | null {
  const { count, width, columns } = history;
  const jump = columns.step.subarray(0, count).findIndex((step) => step >= jumpStep);
  if (jump < MIN_BEFORE) return null;
  const noise = Float64Array.from({ length: count }, (_, i) =>
    Math.sqrt((0.5 * columns.squares[i]!) / Math.max(1, columns.pairs[i]!)),
  );
  // The rate of the bucket that it jumps in is half and half.
  const latest = Math.min(jump + 2 + LAG_SHARE * (count - jump), count - Math.max(MIN_AFTER, MIN_POINTS / width));
  let found: { bucket: number; times: number; edge: number } | null = null;
  for (let bucket = jump; bucket <= latest; bucket++) {
    const before = noise.slice(Math.max(0, jump - Math.max(MIN_BEFORE, count - jump)), jump).sort();
    const after = noise.slice(bucket).sort();
    const edge = Math.log(at(after, RESTLESS_SHARE) / at(before, CALM_SHARE));
    const times = at(after, 0.5) / at(before, 0.5);
    // Of two edges as clear the earlier: the later one is within the restless stretch.
    if (edge > 0 && Number.isFinite(times) && times >= LEAST_TIMES && edge > (found?.edge ?? 0) + 1e-9)
      found = { bucket, times, edge };
  }
  if (found === null) return null;
  const { bucket, times } = found;
  return {
    bucket,
    times,
    descentKept: descentKept(history, { jump, bucket, noise: at(noise.slice(bucket).sort(), 0.5) }),
  };
}

const at = (sorted: Float64Array, share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;

type Edge = { jump: number; bucket: number; noise: number };

/**
 * Descents from half to half of each stretch, per bucket: halves average the noise away that a line would follow. What the
 * noise alone may have made of it does not count as kept.
 */
function descentKept(history: History, { jump, bucket, noise }: Edge): number {
  const since = history.count - bucket;
  const descent = (from: number, to: number): number => {
    const middle = (from + to) >> 1;
    return (level(history, from, middle) - level(history, middle, to)) / ((to - from) / 2);
  };
  const before = descent(Math.max(0, jump - Math.max(MIN_BEFORE, since)), jump);
  const error = (noise * Math.sqrt(4 / (since * history.width))) / (since / 2);
  return before > 0 ? Math.max(0, descent(bucket, history.count) - error) / before : 0;
}

const level = (history: History, from: number, to: number): number =>
  mean(Array.from({ length: to - from }, (_, i) => bucketMean(history, from + i)));
