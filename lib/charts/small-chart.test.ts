import { expect, test } from "vitest";
import { placed, sameScales, smallScene } from "./small-chart.ts";
import { seriesView } from "./testing.ts";

const x = { min: 0, max: 100 };
const series = (tail: [number, number][] = []) => ({
  views: new Map([
    [
      "a",
      seriesView(
        [1, 2, Number.NaN, 40, 3].map((y, i) => [i, y] as const),
        { metric: "a" },
      ),
    ],
  ]),
  tails: new Map([["a", { x: tail.map(([at]) => at), y: tail.map(([, y]) => y) }]]),
  until: null,
});

test("every value has its place, the one-step spike too, and what is no number is a cross", () => {
  const scene = smallScene({ series: series(), metrics: ["a"], x, log: false, previous: null });
  expect(scene.y.max).toBeGreaterThanOrEqual(40);
  expect(scene.lines[0]!.crosses).toHaveLength(1);
  expect(placed(scene, { width: 200, height: 50 }, 50, scene.y.max)).toEqual({ x: 100, y: 0 });
});

test("a scale stays while what comes fits it, and moves when it does not", () => {
  const before = smallScene({ series: series(), metrics: ["a"], x, log: false, previous: null });
  const fits = smallScene({ series: series([[6, 39]]), metrics: ["a"], x, log: false, previous: before });
  expect(sameScales(before, fits)).toBe(true);
  expect(fits.total).toBe(before.total + 1);
  const beyond = smallScene({ series: series([[6, 900]]), metrics: ["a"], x, log: false, previous: before });
  expect(sameScales(before, beyond)).toBe(false);
});

test("a logarithmic chart has no place for what is not positive", () => {
  const scene = smallScene({ series: series([[6, -1]]), metrics: ["a"], x, log: true, previous: null });
  expect(scene.y.log).toBe(true);
  expect(scene.lines[0]!.trace.xy).not.toContain(-1);
});
