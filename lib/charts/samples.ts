import type { SeriesView } from "#lib/protocol/index.ts";
import type { Tail } from "./trace.ts";

/** A measured value and how many points it stands for; not finite where nothing finite was measured. */
export type Sample = { x: number; value: number; weight: number };

/**
 * What a series measured, for figures and means: buckets of a view by their first and last value, which no extreme has
 * chosen, and by both extremes at the weight of the one point that each is; then the points that came after, one by one.
 */
export function samplesOf(view: SeriesView | undefined, tail: Tail | undefined, until: number | null): Sample[] {
  const samples: Sample[] = [];
  const end = until ?? Number.POSITIVE_INFINITY;
  for (let i = 0; view && i < view.x.length && view.x[i]! <= end; i++) {
    const [x, xLast, count] = [view.x[i]!, view.xLast[i]!, view.count[i]!];
    if (count === 0) {
      samples.push({ x, value: Number.NaN, weight: 0 });
      continue;
    }
    const others = count > 3 ? (count - 2) / 2 : 1;
    samples.push({ x, value: view.first[i]!, weight: others });
    if (count > 3) {
      samples.push({ x: (x + xLast) / 2, value: view.min[i]!, weight: 1 });
      samples.push({ x: (x + xLast) / 2, value: view.max[i]!, weight: 1 });
    }
    if (count > 1) samples.push({ x: xLast, value: view.last[i]!, weight: others });
  }
  for (let i = 0; tail && i < tail.x.length && tail.x[i]! <= end; i++) {
    samples.push({ x: tail.x[i]!, value: tail.y[i]!, weight: 1 });
  }
  return samples;
}
