import { newSortedRing, pushSorted, ringQuantile, ringScale, type SortedRing } from "#lib/core/index.ts";

/**
 * Finds jumps of the raw loss above its own recent past: more than 6 robust deviations and twice the distance of the
 * window's second largest value, so that heavy tails do not fire (DIAGNOSIS.md §2.6, A.4). Here for the judges, to whom
 * spikes that keep coming back are a sign of too high a rate.
 */
export type SpikeWatch = {
  window: SortedRing;
  /** The spike under way, or null. */
  current: Spike | null;
  /** Spikes that ended, oldest first, at most 16. */
  past: Spike[];
};

export type Spike = {
  /** Points of the curve when it began, counting the first of the spike. */
  atPoint: number;
  /** The step of its first point. */
  step: number;
  /** Median and robust deviation of the window before it. */
  level: number;
  scale: number;
  top: number;
  /** Points after its first. */
  length: number;
};

const KEPT = 16;

export function newSpikeWatch(): SpikeWatch {
  return { window: newSortedRing(128), current: null, past: [] };
}

/** Takes the `point`-th raw value of a curve. */
export function pushSpikeWatch(watch: SpikeWatch, value: number, point: number, step: number): void {
  const { window } = watch;
  const spike = watch.current;
  if (spike !== null) {
    spike.top = Math.max(spike.top, value);
    spike.length++;
    if (value < spike.level + 2 * spike.scale || spike.length > 64) {
      watch.past.push(spike);
      if (watch.past.length > KEPT) watch.past.shift();
      watch.current = null;
    }
  } else if (window.size >= 32) {
    const level = ringQuantile(window, 0.5);
    const scale = Math.max(ringScale(window), 1e-9 * Math.abs(level) + 1e-300);
    const second = window.sorted[window.size - 2]!;
    if (value - level > Math.max(6 * scale, 2 * (second - level))) {
      watch.current = { atPoint: point, step, level, scale, top: value, length: 0 };
    }
  }
  // A short spike stays out of its own baseline; a long one becomes the baseline.
  if (watch.current === null || watch.current.length > 32) pushSorted(window, value);
}
