/**
 * The median distance of an ascending list from its own median, in O(log n): distances below and above it are two ascending
 * lists already, of which the middle is picked without laying them together.
 *
 * @param size entries that count, at least 1
 */
export function medianDistance(sorted: ArrayLike<number>, size: number, median: number): number {
  const above = lowerBound(sorted, size, median);
  const low = distanceAt(sorted, size, median, above, (size - 1) >> 1);
  return size % 2 === 1 ? low : (low + distanceAt(sorted, size, median, above, size >> 1)) / 2;
}

/** The distance of rank `k`, from 0. `above` entries lie below the median: their distances ascend from the last of them on. */
function distanceAt(sorted: ArrayLike<number>, size: number, median: number, above: number, k: number): number {
  const left = (i: number): number => median - sorted[above - 1 - i]!;
  const right = (i: number): number => sorted[above + i]! - median;
  // How many of the k smallest are taken from the left: the most for which none of them exceeds what stays on the right.
  let low = Math.max(0, k - (size - above));
  let high = Math.min(k, above);
  while (low < high) {
    const taken = (low + high + 1) >> 1;
    if (k - taken < size - above && left(taken - 1) > right(k - taken)) high = taken - 1;
    else low = taken;
  }
  const [l, r] = [low < above ? left(low) : Infinity, k - low < size - above ? right(k - low) : Infinity];
  return Math.min(l, r);
}

function lowerBound(sorted: ArrayLike<number>, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
