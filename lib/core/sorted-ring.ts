import { quantileOfSorted, robustScaleOfSorted } from "./statistics.ts";

/**
 * The last `capacity` values, in order of arrival and in order of size, so that any quantile of the window is read
 * at once. Plain data: it can be saved as it is.
 */
export type SortedRing = {
  /** Values held, at most the capacity. */
  size: number;
  /** Where the next value goes in `recent` once the ring is full: the oldest value's place. */
  head: number;
  recent: Float64Array;
  /** Ascending in its first `size` entries. */
  sorted: Float64Array;
};

export function newSortedRing(capacity: number): SortedRing {
  return { size: 0, head: 0, recent: new Float64Array(capacity), sorted: new Float64Array(capacity) };
}

/** Takes a value in and lets the oldest go when full. Never NaN: it has no place in an order. */
export function pushSorted(ring: SortedRing, value: number): void {
  const { recent, sorted } = ring;
  const capacity = recent.length;
  if (ring.size < capacity) {
    const at = lowerBound(sorted, ring.size, value);
    sorted.copyWithin(at + 1, at, ring.size);
    sorted[at] = value;
    recent[ring.size++] = value;
    return;
  }
  const oldest = recent[ring.head]!;
  recent[ring.head] = value;
  ring.head = (ring.head + 1) % capacity;
  // One move between the place that empties and the place that fills, instead of a removal and an insertion.
  const from = lowerBound(sorted, capacity, oldest);
  const to = lowerBound(sorted, capacity, value);
  if (to > from) {
    sorted.copyWithin(from, from + 1, to);
    sorted[to - 1] = value;
  } else {
    sorted.copyWithin(to + 1, to, from);
    sorted[to] = value;
  }
}

/** The value at share `p` of the window; NaN when empty. */
export function ringQuantile(ring: SortedRing, p: number): number {
  return quantileOfSorted(ring.sorted, p, ring.size);
}

/** The window's spread as a standard deviation, blind to tails. */
export function ringScale(ring: SortedRing): number {
  return robustScaleOfSorted(ring.sorted, ring.size);
}

/** First place in the ascending entries `0 … size − 1` whose value is not below `value`. */
function lowerBound(sorted: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
