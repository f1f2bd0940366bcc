import fc from "fast-check";
import { expect, test } from "vitest";
import { seriesView } from "./testing.ts";
import { trace, valueNear } from "./trace.ts";

const ys = (xy: Float64Array): number[] => Array.from(xy).filter((_, i) => i % 2 === 1);

test("a one-step spike inside a bucket stays visible", () => {
  const line = trace(
    seriesView(
      [
        [0, 2],
        [1, 9],
        [2, 2],
        [3, 2],
      ],
      { perBucket: 4 },
    ),
    undefined,
  );
  expect(ys(line.xy)).toContain(9);
  expect(line.nonFinite).toEqual([]);
});

test("NaN and infinities break the line and are told apart, with where they began and how many they were", () => {
  const line = trace(
    seriesView([
      [0, 1],
      [1, Number.NaN],
      [2, Number.NaN],
      [3, 1],
      [4, Infinity],
      [5, 1],
    ]),
    undefined,
  );
  expect(line.nonFinite).toEqual([
    { from: 1, to: 2, kind: "NaN", count: 2 },
    { from: 4, to: 4, kind: "inf", count: 1 },
  ]);
  expect(Array.from(line.xy)).toEqual([0, 1, 1, Number.NaN, 3, 1, 4, Number.NaN, 5, 1]);
});

test("the newest value is told even when it is no number, and the last that was one beside it", () => {
  const line = trace(seriesView([[0, 3]]), { x: [1], y: [Number.NaN] });
  expect(line.last).toEqual({ x: 1, y: Number.NaN });
  expect(line.lastFinite).toEqual({ x: 0, y: 3 });
});

test("a logarithmic lane has no place for zero: the line breaks, the value is still the newest", () => {
  const line = trace(
    seriesView([
      [0, 1],
      [1, 0],
    ]),
    undefined,
    { positiveOnly: true },
  );
  expect(ys(line.xy)).toEqual([1, Number.NaN]);
  expect(line.lastFinite).toEqual({ x: 1, y: 0 });
});

test("nothing is drawn beyond the range that was asked for", () => {
  const line = trace(
    seriesView([
      [0, 1],
      [5, 2],
    ]),
    { x: [6, 9], y: [3, 4] },
    { until: 7 },
  );
  expect(line.last).toEqual({ x: 6, y: 3 });
  expect(
    trace(
      seriesView([
        [0, 1],
        [5, 2],
      ]),
      undefined,
      { until: 3 },
    ).last,
  ).toEqual({ x: 0, y: 1 });
});

test("whatever the buckets, both extremes of every finite stretch are drawn and x never goes back", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    fc.constantFrom(Number.NaN, Infinity, -Infinity),
  );
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (values, perBucket) => {
        const { xy } = trace(
          seriesView(
            values.map((y, x) => [x, y]),
            { perBucket },
          ),
          undefined,
        );
        const finite = values.filter(Number.isFinite);
        const drawn = ys(xy).filter(Number.isFinite);
        expect(drawn.length > 0).toBe(finite.length > 0);
        if (finite.length > 0) {
          expect(Math.max(...drawn)).toBe(Math.max(...finite));
          expect(Math.min(...drawn)).toBe(Math.min(...finite));
        }
        for (let i = 2; i < xy.length; i += 2) expect(xy[i]! >= xy[i - 2]!).toBe(true);
      },
    ),
  );
});

test("the value at a place is that of the nearest point, and none in a gap", () => {
  const xy = Float64Array.from([0, 1, 10, 2, 11, Number.NaN, 20, 3]);
  expect(valueNear({ xy }, 4)).toEqual({ x: 0, y: 1 });
  expect(valueNear({ xy }, 6)).toEqual({ x: 10, y: 2 });
  expect(valueNear({ xy }, 12)).toBeNull();
  expect(valueNear({ xy }, 99)).toEqual({ x: 20, y: 3 });
  expect(valueNear({ xy: new Float64Array() }, 1)).toBeNull();
});
