import { expect, test } from "vitest";
import { areaUnder, spark, sparkPath, verdictAt } from "./spark.ts";

const SIZE = { width: 200, height: 40 };
const TIMELINE = [
  { verdict: "healthy", lr: "unknown", fromStep: 0, saidAtStep: 0, toStep: 50 },
  { verdict: "nan", lr: "unknown", fromStep: 50, saidAtStep: 50, toStep: null },
] as const;

test("a sparkline is as long as the run has progressed, one path per verdict", () => {
  const { pieces, nowX } = spark({ step: [0, 50, 100], value: [3, 2, 1] }, TIMELINE, 200, SIZE);
  expect(nowX).toBe(100);
  expect(pieces.map(({ verdict }) => verdict)).toEqual(["healthy", "nan"]);
  expect(pieces[1]!.d.startsWith("M0 ")).toBe(true);
});

test("a value that is no number is a gap with a place, not a bridge", () => {
  const { pieces, gaps } = spark({ step: [0, 10, 20, 30], value: [3, 2, null, 1] }, [], null, SIZE);
  expect(gaps).toHaveLength(1);
  expect(pieces).toHaveLength(2);
});

test("a small curve runs from edge to edge and breaks at null", () => {
  const d = sparkPath({ step: [0, 1, 2, 3], value: [0, 1, null, 0] }, { width: 30, height: 14 });
  expect(d).toBe("M0 12L10 2M30 12");
});

test("a small curve on an axis of its own leaves out what it has not, and is filled to the bottom", () => {
  const scale = { low: 0, high: 1, from: -1, to: 5 };
  const size = { width: 60, height: 14 };
  const d = sparkPath({ step: [0, 1, 2, 3], value: [0, 1, null, 0] }, size, scale);
  expect(d).toBe("M10 12L20 2M40 12");
  expect(areaUnder(d, size)).toBe("M10 12L20 2L20 14L10 14ZM40 12L40 14L40 14Z");
});

test("a verdict holds from its first step on", () => {
  expect([0, 49, 50, 900].map((step) => verdictAt(TIMELINE, step))).toEqual(["healthy", "healthy", "nan", "nan"]);
  expect(verdictAt([], 5)).toBe("reading");
});
