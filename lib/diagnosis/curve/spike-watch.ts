import { newSortedRing, pushSorted, ringQuantile, ringScale, type SortedRing } from "#lib/core/index.ts";

/**
 * Finds jumps of a raw series above its own recent past: more than 6 robust deviations and twice the distance of the
 * window's second largest value, so that heavy tails do not fire (DIAGNOSIS.md §2.6, A.4). How a spike ends tells what it
 * was: back at once, back slowly, or a level that stayed. Spikes that keep coming back are a sign of too high a rate.
 */
export type SpikeWatch = {
  window: SortedRing;
  /** Spikes begun, each fading over 500 points: many of them mean heavy tails. */
  fired: number;
  /** The spike under way, or null. */
  current: Spike | null;
  /** Spikes that ended, oldest first, at most 16. */
  past: Spike[];
};

export type Spike = {
  /** Points of the curve when it began, counting the first of the spike. */
  atPoint: number;
  /** The steps of its first point and of the newest one that belongs to it. */
  step: number;
  lastStep: number;
  /** Median and robust deviation of the window before it. */
  level: number;
  scale: number;
  top: number;
  /** Points after its first. */
  length: number;
  /** How it ended: back within 32 points, back later, or not at all. */
  end: "open" | "fast" | "slow" | "stayed";
  /** Mean of its first 32 points, and of about the last 16. */
  early: number;
  now: number;
};

const KEPT = 16;
const WINDOW = 128;
const ARMED_AT = 32;
const DEVIATIONS = 6;
/** More than this share of the last 500 points began a spike: the threshold rises by half. */
const HEAVY_SHARE = 0.01;
const HEAVY_OVER = 500;
const FAST = 32;
/** A spike that is not back after this many points, or this share of the run, is overdue. */
const OVERDUE_POINTS = 64;
const OVERDUE_SHARE = 0.02;
/** Below this share of its first height a spike is on its way back. */
const ON_ITS_WAY = 0.7;
/** And after this many points and this share of the run what it left is the level (§2.6 LEVEL_SHIFT). */
const SETTLED_POINTS = 96;
const SETTLED_SHARE = 0.05;

export function newSpikeWatch(window = WINDOW): SpikeWatch {
  return { window: newSortedRing(window), fired: 0, current: null, past: [] };
}

/** Takes the `point`-th raw value of a series. */
export function pushSpikeWatch(watch: SpikeWatch, value: number, point: number, step: number): void {
  watch.fired *= 1 - 1 / HEAVY_OVER;
  if (watch.current !== null) followSpike(watch, watch.current, value, point, step);
  else if (watch.window.size < ARMED_AT) pushSorted(watch.window, value);
  else lookForSpike(watch, value, point, step);
}

/** Whether a spike has lasted longer than one that comes back does, and is not on its way back either. */
export function isOverdue({ atPoint, length, level, early, now }: Spike): boolean {
  const due = length >= Math.max(OVERDUE_POINTS, OVERDUE_SHARE * atPoint);
  return due && now - level >= ON_ITS_WAY * (early - level);
}

/** What a spike left behind neither grows nor comes back: the series has a new level. */
export function isLevelShift({ end, level, early, now }: Spike): boolean {
  return end === "stayed" && Math.abs(now - early) <= 0.5 * (early - level);
}

function lookForSpike(watch: SpikeWatch, value: number, point: number, step: number): void {
  const { window } = watch;
  const level = ringQuantile(window, 0.5);
  const scale = Math.max(ringScale(window), 1e-9 * Math.abs(level) + 1e-300);
  const second = window.sorted[window.size - 2]!;
  const heavy = watch.fired > HEAVY_SHARE * HEAVY_OVER ? 1.5 : 1;
  const threshold = level + heavy * Math.max(DEVIATIONS * scale, 2 * (second - level));
  // What stands out enters its own past cut: the baseline stays honest and does not go blind (§1.2, ZClip). Cut at the
  // robust part of the threshold, because the other part would double with every spike.
  pushSorted(window, Math.min(value, value > threshold ? level + DEVIATIONS * scale : value));
  if (!(value > threshold)) return;
  watch.fired++;
  watch.current = {
    atPoint: point,
    step,
    lastStep: step,
    level,
    scale,
    top: value,
    length: 0,
    end: "open",
    early: value,
    now: value,
  };
}

function followSpike(watch: SpikeWatch, spike: Spike, value: number, point: number, step: number): void {
  spike.length = point - spike.atPoint;
  spike.lastStep = step;
  spike.top = Math.max(spike.top, value);
  if (spike.length < FAST) spike.early += (value - spike.early) / (spike.length + 1);
  spike.now += (value - spike.now) / Math.min(16, spike.length + 1);
  pushSorted(watch.window, Math.min(value, spike.level + DEVIATIONS * spike.scale));
  if (value < spike.level + 2 * spike.scale) {
    close(watch, spike, spike.length <= FAST ? "fast" : "slow");
  } else if (spike.length >= Math.max(SETTLED_POINTS, SETTLED_SHARE * spike.atPoint)) {
    close(watch, spike, "stayed");
    watch.window = newSortedRing(watch.window.recent.length);
  }
}

function close(watch: SpikeWatch, spike: Spike, end: Spike["end"]): void {
  spike.end = end;
  watch.past.push(spike);
  if (watch.past.length > KEPT) watch.past.shift();
  watch.current = null;
}
