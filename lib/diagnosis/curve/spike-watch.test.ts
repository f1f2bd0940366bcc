import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import { isLevelShift, isOverdue, newSpikeWatch, pushSpikeWatch, type SpikeWatch } from "./spike-watch.ts";

function watch(values: readonly number[]): SpikeWatch {
  const spikes = newSpikeWatch();
  for (const [i, value] of values.entries()) pushSpikeWatch(spikes, value, i + 1, 10 * (i + 1));
  return spikes;
}

function noisy(count: number, level: (i: number) => number, seed = 1): number[] {
  const noise = normalNoise(seed);
  return Array.from({ length: count }, (_, i) => level(i) + 0.1 * noise());
}

const jump = (from: number, width: number, height: number) => (i: number) =>
  2 + (i >= from && i < from + width ? height : 0);

test("a spike is found at its first point, with the level before it, and ends when it is back", () => {
  const { past, current } = watch(noisy(400, jump(200, 3, 5)));
  expect(current).toBeNull();
  expect(past.map(({ atPoint, step, lastStep, length, end }) => ({ atPoint, step, lastStep, length, end }))).toEqual([
    { atPoint: 201, step: 2010, lastStep: 2040, length: 3, end: "fast" },
  ]);
  expect(past[0]!.level).toBeCloseTo(2, 1);
  expect(past[0]!.top).toBeGreaterThan(6.5);
});

test("one that takes long is slow; one that stays is overdue after 64 points and then the level", () => {
  const slow = watch(noisy(500, (i) => 2 + (i >= 200 ? 5 * 0.97 ** (i - 200) : 0)));
  expect(slow.past.map(({ end }) => end)).toEqual(["slow"]);
  const stays = noisy(600, jump(200, 1000, 5));
  expect(isOverdue(watch(stays.slice(0, 200 + 64)).current!)).toBe(false);
  expect(isOverdue(watch(stays.slice(0, 200 + 65)).current!)).toBe(true);
  const { past, current } = watch(stays);
  expect(past.map((spike) => [spike.end, isLevelShift(spike)])).toEqual([["stayed", true]]);
  expect(current).toBeNull();
});

test("one on its way back is not overdue, and what keeps rising is no new level", () => {
  const returning = watch(noisy(270, (i) => 2 + (i >= 200 ? 5 * 0.99 ** (i - 200) : 0)));
  expect(isOverdue(returning.current!)).toBe(false);
  const rising = watch(noisy(400, (i) => 2 + (i >= 200 ? 0.1 * (i - 190) : 0)));
  expect(rising.past.map(isLevelShift)).toEqual([false]);
});

test("white noise fires less than once in 10,000 points, heavy tails ever less", () => {
  const noise = normalNoise(9);
  let fired = 0;
  const spikes = newSpikeWatch();
  for (let i = 0; i < 20_000; i++) {
    const before = spikes.current;
    pushSpikeWatch(spikes, noise(), i + 1, i);
    if (before === null && spikes.current !== null) fired++;
  }
  expect(fired).toBeLessThanOrEqual(2);
  // One value in thirty is far out: the tail is what is normal here.
  const tailed = watch(noisy(6000, (i) => (i % 30 === 0 ? 4 + (i % 7) : 2)));
  expect(tailed.past.filter(({ atPoint }) => atPoint > 3000)).toEqual([]);
});

test("a constant series and one without scale do not divide by zero", () => {
  expect(watch(Array<number>(300).fill(2)).past).toEqual([]);
  expect(watch([...Array<number>(100).fill(0), 1e-9, ...Array<number>(20).fill(0)]).past).toHaveLength(1);
});
