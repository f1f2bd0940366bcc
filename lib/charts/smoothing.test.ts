import { expect, test } from "vitest";
import { samplesOf } from "./samples.ts";
import { smooth, smoothingChoices } from "./smoothing.ts";
import { seriesView } from "./testing.ts";

const steps = (n: number, value: (i: number) => number): [number, number][] =>
  Array.from({ length: n }, (_, i) => [i * 10, value(i)]);
const smoothed = (points: [number, number][], length: number, perBucket = 1) =>
  smooth(samplesOf(seriesView(points, { perBucket }), undefined, null), length, (x) => x);

test("a straight line stays where it is, away from its ends: the mean neither lags nor leads", () => {
  const { step, value } = smoothed(
    steps(400, (i) => 5 - i / 100),
    200,
  );
  const middle = step.indexOf(2000);
  expect(value[middle]).toBeCloseTo(3, 6);
});

test("what is not finite has no weight, and leaves its gap", () => {
  const { value } = smoothed(
    steps(100, (i) => (i === 50 ? Number.NaN : i === 60 ? Infinity : 2)),
    100,
  );
  expect(value[50]).toBeNaN();
  expect(value[60]).toBeNaN();
  for (const i of [0, 49, 51, 61, 99]) expect(value[i]).toBeCloseTo(2, 9);
});

test("points weigh by how near they are in steps, not by how many lie between", () => {
  const dense = Array.from({ length: 1000 }, (_, i): [number, number] => [i / 1000, 1]);
  const { value } = smoothed([...dense, [10_000, 3]], 100);
  expect(value.at(-1)).toBeCloseTo(3, 6);
});

test("a longer mean is a smoother one", () => {
  const noisy = steps(500, (i) => (i % 2 === 0 ? 1 : 3));
  const swing = (length: number): number => {
    const { value } = smoothed(noisy, length);
    const inner = value.slice(100, 400);
    return Math.max(...inner) - Math.min(...inner);
  };
  expect(swing(200)).toBeLessThan(swing(50));
  expect(swing(200)).toBeLessThan(0.3);
});

test("buckets count as many points as they hold: one spike among fifty moves the mean by a fiftieth of it", () => {
  const points = steps(1000, (i) => (i === 525 ? 51 : 1));
  const { step, value } = smoothed(points, 1e9, 50);
  expect(value[step.findIndex((at) => at >= 5000)]).toBeCloseTo(1 + 50 / 1000, 2);
});

test("smoothing can be off, and at most two in a hundred of the run, in numbers people count in", () => {
  expect(smoothingChoices({ step: 38_420, maxSteps: 60_000, records: 1921 })).toEqual([0, 100, 200, 500, 1000]);
  expect(smoothingChoices({ step: 100, maxSteps: null, records: 100 })).toEqual([0, 5, 10, 20]);
  expect(smoothingChoices({ step: 0, maxSteps: null, records: 0 })[0]).toBe(0);
});
