import { expect, test } from "vitest";
import { SeriesBuckets } from "./series-buckets.ts";

test("any number of points fits, and the one-step spike and the one NaN are still there", () => {
  const buckets = new SeriesBuckets(800);
  for (let step = 1; step <= 100_000; step++) {
    buckets.push(step, step === 77_777 ? 99 : step === 12_345 ? Number.NaN : step === 50_000 ? -5 : 2);
  }
  const view = buckets.view("train/loss");
  expect(view.x.length).toBeLessThanOrEqual(800);
  expect(view.x.length).toBeGreaterThanOrEqual(400);
  expect(Math.max(...view.max)).toBe(99);
  expect(Math.min(...view.min)).toBe(-5);
  expect(view.nan.reduce((a, b) => a + b)).toBe(1);
  expect([view.shown, view.total, view.x[0], view.xLast.at(-1)]).toEqual([100_000, 100_000, 1, 100_000]);
  expect([...view.x]).toEqual([...view.x].sort((a, b) => a - b));
});

test("infinities are told apart, and do not become extremes", () => {
  const buckets = new SeriesBuckets(2);
  buckets.push(0, 0);
  for (const value of [Infinity, 1, -Infinity, 2]) buckets.push(1, value);
  const view = buckets.view("x");
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b);
  expect([sum(view.posInf), sum(view.negInf), sum(view.nan), sum(view.count)]).toEqual([1, 1, 0, 3]);
  expect([Math.min(...view.min.filter(Number.isFinite)), Math.max(...view.max.filter(Number.isFinite))]).toEqual([
    0, 2,
  ]);
  expect(buckets.last).toEqual({ step: 1, value: 2 });
});

test("after a restart the later attempt is shown, and all points are counted", () => {
  const buckets = new SeriesBuckets(800);
  for (let step = 1; step <= 100; step++) buckets.push(step, 5);
  for (let step = 51; step <= 60; step++) buckets.push(step, 1);
  const view = buckets.view("train/loss");
  expect(view.xLast.at(-1)).toBe(60);
  expect([...view.last.slice(50)]).toEqual(
    Array.from({ length: 11 }, (_, i) => (i === 0 ? 5 : 1)).slice(0, view.last.length - 50),
  );
  expect([view.shown, view.total]).toEqual([61, 110]);
});

test("the lowest value keeps its step", () => {
  const buckets = new SeriesBuckets(2);
  for (const [step, value] of [
    [1, 3],
    [2, Number.NaN],
    [3, 1],
    [4, 1],
    [5, 2],
  ] as const)
    buckets.push(step, value);
  expect(buckets.lowest).toEqual({ step: 3, value: 1 });
});
