import { expect, test } from "vitest";
import type { TimelineSegment } from "#lib/protocol/index.ts";
import { interpolate, trendPieces } from "./trend.ts";

const segment = (verdict: TimelineSegment["verdict"], fromStep: number, toStep: number | null): TimelineSegment => ({
  verdict,
  lr: "unknown",
  fromStep,
  saidAtStep: fromStep,
  toStep,
});
const TREND = { step: [100, 200, 300], value: [3, 2, 1] };

test("a trend is cut where verdicts change, at the value it has there", () => {
  const pieces = trendPieces(TREND, [segment("healthy", 100, 250), segment("spike", 250, null)]);
  expect(pieces.map(({ verdict, xy }) => [verdict, Array.from(xy)])).toEqual([
    ["healthy", [100, 3, 200, 2, 250, 1.5]],
    ["spike", [250, 1.5, 300, 1]],
  ]);
});

test("what lies before the first verdict counts as reading, and no timeline is all reading", () => {
  expect(trendPieces(TREND, [segment("healthy", 200, null)]).map(({ verdict }) => verdict)).toEqual([
    "reading",
    "healthy",
  ]);
  expect(trendPieces(TREND, []).map(({ verdict, xy }) => [verdict, xy.length])).toEqual([["reading", 6]]);
  expect(trendPieces({ step: [], value: [] }, [segment("healthy", 0, null)])).toEqual([]);
});

test("verdicts without any trend of theirs draw nothing", () => {
  const pieces = trendPieces(TREND, [segment("healthy", 0, 400), segment("nan", 400, null)]);
  expect(pieces.map(({ verdict }) => verdict)).toEqual(["healthy"]);
});

test("beyond its ends a curve keeps its end values", () => {
  expect([0, 150, 999].map((x) => interpolate(TREND, x))).toEqual([3, 2.5, 1]);
  expect(interpolate({ step: [], value: [] }, 1)).toBeNaN();
});
