import { expect, test } from "vitest";
import {
  formatAxisRate,
  formatAxisStep,
  formatChange,
  formatDuration,
  formatFactor,
  formatLearningRate,
  formatMetric,
  formatShare,
  formatStep,
  formatStepRange,
  formatTimes,
  toAscii,
} from "./number-format.ts";

// The examples of design/README.md §6, and the edges around them.
test.each([
  [2.59, "2.59"],
  [0.0241, "0.0241"],
  [385_000, "385k"],
  [62.9e9, "62.9B"],
  [2.5, "2.50"],
  [999.6, "1.00k"],
  [99.96, "100"],
  [1234, "1.23k"],
  [3.2e-5, "3.20e-5"],
  [3.2e15, "3.20e15"],
  [0, "0"],
  [-0, "0"],
  [-0.113, "−0.113"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "−inf"],
])("metric %f is %s", (value, text) => expect(formatMetric(value)).toBe(text));

test.each([
  [4.49e-4, "4.49e-4"],
  [0.00044871, "4.49e-4"],
  [5e-4, "5e-4"],
  [0.001, "1e-3"],
  [0.1, "0.1"],
  [1.5, "1.5"],
  [0, "0"],
  [Number.NaN, "NaN"],
])("learning rate %f is %s", (value, text) => {
  expect(formatLearningRate(value)).toBe(text);
  if (Number.isFinite(value)) expect(Number(text)).toBeCloseTo(value, 5);
});

test("steps have thin spaces between thousands", () => {
  expect(formatStep(38420)).toBe("38\u2009420");
  expect(formatStep(1234567)).toBe("1\u2009234\u2009567");
  expect([0, 999, -1000].map(formatStep)).toEqual(["0", "999", "−1\u2009000"]);
  expect(formatStepRange(31700, 39440)).toBe("31\u2009700 – 39\u2009440");
});

test("axes are short", () => {
  expect([0, 500, 40_000, 1_500_000].map(formatAxisStep)).toEqual(["0", "500", "40k", "1.5M"]);
  expect(formatAxisRate(2.04e-4)).toBe("2e-4");
});

test("shares, changes and factors", () => {
  expect(formatShare(0.64)).toBe("64.0%");
  expect([-0.0013, 0.42, 0].map(formatChange)).toEqual(["−0.0013", "+0.42", "0"]);
  expect([2, 10, 0.1, 0.037].map(formatFactor)).toEqual(["×2.0", "×10.0", "×0.10", "×0.037"]);
  expect(formatTimes(5.4)).toBe("5.4×");
});

test.each([
  [1200, "1.2s", "1.2秒"],
  [320, "320ms", "320毫秒"],
  [42_000, "42s", "42秒"],
  [59_999, "1m", "1分"],
  [200_000, "3m 20s", "3分20秒"],
  [56_520_000, "15h 42m", "15时42分"],
  [3 * 86_400_000 + 4 * 3_600_000, "3d 4h", "3天4时"],
  [3_599_999, "1h", "1时"],
])("%d ms is %s", (ms, en, zh) => {
  expect(formatDuration(ms, "en")).toBe(en);
  expect(formatDuration(ms, "zh-CN")).toBe(zh);
});

test("copied text is plain ASCII", () => {
  expect(toAscii("−0.0013 at 38\u2009420 – ×2.0")).toBe("-0.0013 at 38420 - x2.0");
});
