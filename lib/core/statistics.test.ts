import { expect, test } from "vitest";
import {
  clamp,
  fitLine,
  logRamp,
  mean,
  median,
  noisyOr,
  quantileOfSorted,
  ramp,
  robustScaleOfSorted,
  significant,
} from "./statistics.ts";

test("ramps rise from 0 to 1 between their bounds and nowhere else", () => {
  expect([-1, 2, 3, 4, 9].map((x) => ramp(x, 2, 4))).toEqual([0, 0, 0.5, 1, 1]);
  expect([-1, 0, 0.1, 10, 1e9].map((x) => logRamp(x, 0.1, 10))).toEqual([0, 0, 0, 1, 1]);
  expect(logRamp(1, 0.1, 10)).toBeCloseTo(0.5);
  expect(clamp(Number.NaN, 0, 1)).toBeNaN();
});

test("two signs together are at least as strong as the stronger", () => {
  expect(noisyOr(0.5, 0.5)).toBe(0.75);
  expect(noisyOr(0.3, 0)).toBeCloseTo(0.3);
  expect(noisyOr(1, 0.2)).toBe(1);
});

// Expected values: numpy.percentile (linear) and numpy.median.
test("quantiles interpolate between neighbours", () => {
  const sorted = [1, 2, 4, 8, 16];
  expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantileOfSorted(sorted, p))).toEqual([1, 1.4, 2, 4, 12.8, 16]);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(quantileOfSorted(sorted, 0.5, 2)).toBe(1.5);
});

test("the robust scale of a normal sample is its deviation", () => {
  // Quartiles of the standard normal distribution: ±0.6745.
  expect(robustScaleOfSorted([-0.6745, -0.6745, 0, 0.6745, 0.6745])).toBeCloseTo(1, 3);
});

test("a line is found through its points, with the spread about it", () => {
  expect(fitLine([0, 1, 2, 3], [5, 7, 9, 11])).toEqual({ intercept: 5, slope: 2, spread: 0 });
  // Residuals +1 −1 −1 +1 about y = 0: sum of squares 4, two degrees of freedom.
  expect(fitLine([0, 1, 2, 3], [1, -1, -1, 1])?.spread).toBeCloseTo(Math.SQRT2);
  expect(fitLine([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(fitLine([1, 2], [1, 2])).toBeNull();
});

test("mean of a part, and numbers cut to their digits", () => {
  expect(mean([1, 2, 3, 10], 1, 3)).toBe(2.5);
  expect(significant(2.3456789, 3)).toBe(2.35);
  expect(significant(Number.POSITIVE_INFINITY, 3)).toBe(Number.POSITIVE_INFINITY);
});
