import { newSortedRing, pushSorted, ringQuantile, type SortedRing } from "#lib/core/index.ts";
import type { RuleTest } from "#lib/protocol/index.ts";
import { medianDistance } from "./spread.ts";

/** One point of a series; `at` is epoch ms, NaN where nothing told it. */
export type RulePoint = { step: number; at: number; attempt: number; value: number };

/**
 * What a test remembers of a series. Of a change: the values of late, each with its place; of a z-score: the window.
 * A threshold and an absence need nothing.
 */
export type TestMemory = { points: number; samples: [place: number, value: number][]; window: SortedRing | null };

/** So many values stand for the span of a change: the one it is held against is at most a share of it too old. */
const SAMPLES = 128;
/** The median distance of a normal sample is this share of its deviation; and the mean distance. */
const MEDIAN_DISTANCE = 0.6745;
const MEAN_DISTANCE = 0.7979;

export function newMemory(test: RuleTest): TestMemory {
  return { points: 0, samples: [], window: test.kind === "zscore" ? newSortedRing(test.window) : null };
}

/** Whether the test is true of this point; null where it says nothing: too little is known, or the value is not finite. */
export function holds(test: RuleTest, memory: TestMemory, point: RulePoint): boolean | null {
  switch (test.kind) {
    case "threshold":
      return isBeyond(test, point.value);
    case "change":
      return Number.isFinite(point.value) ? hasChanged(test, memory, point) : null;
    case "zscore":
      return Number.isFinite(point.value) ? isOff(test, memory, point.value) : null;
    case "absence":
      return false;
  }
}

function isBeyond({ op, value: limit }: Extract<RuleTest, { kind: "threshold" }>, value: number): boolean {
  if (op === "nonfinite") return !Number.isFinite(value);
  if (Number.isNaN(value)) return false;
  switch (op) {
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case "=":
      return value === limit;
    case "!=":
      return value !== limit;
  }
}

function hasChanged(
  test: Extract<RuleTest, { kind: "change" }>,
  memory: TestMemory,
  { step, at, value }: RulePoint,
): boolean | null {
  const { unit, amount } = test.over;
  const place = unit === "points" ? memory.points++ : unit === "steps" ? step : at / 1000;
  if (!Number.isFinite(place)) return null;
  const { samples } = memory;
  if (samples.length > 0 && place < samples.at(-1)![0]) samples.length = 0;
  while (samples.length > 1 && samples[1]![0] <= place - amount) samples.shift();
  const then = samples[0];
  if (then === undefined || place - samples.at(-1)![0] >= amount / SAMPLES) samples.push([place, value]);
  if (then === undefined || then[0] > place - amount || then[1] === 0) return null;
  const percent = (100 * (value - then[1])) / Math.abs(then[1]);
  return isFar(test.direction, percent, test.percent);
}

function isOff(test: Extract<RuleTest, { kind: "zscore" }>, { window }: TestMemory, value: number): boolean | null {
  if (window === null) return null;
  const score = window.size < test.window ? null : scoreOf(window, value);
  // Outliers stay in the window: what lasts is the new level, and their rank alone counts.
  pushSorted(window, value);
  return score === null ? null : isFar(test.direction, score, test.deviations);
}

function scoreOf(window: SortedRing, value: number): number | null {
  const median = ringQuantile(window, 0.5);
  let deviation = medianDistance(window.sorted, window.size, median) / MEDIAN_DISTANCE;
  if (deviation === 0) {
    // More than half of the values are the same: their mean distance still tells of the others.
    let sum = 0;
    for (let i = 0; i < window.size; i++) sum += Math.abs(window.sorted[i]! - median);
    deviation = sum / window.size / MEAN_DISTANCE;
  }
  return deviation > 0 ? (value - median) / deviation : null;
}

function isFar(direction: "up" | "down" | "either", distance: number, limit: number): boolean {
  if (direction === "either") return Math.abs(distance) >= limit;
  return direction === "up" ? distance >= limit : distance <= -limit;
}
