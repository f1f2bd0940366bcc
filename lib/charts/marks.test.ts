import { expect, test } from "vitest";
import { linearAxis } from "./axis.ts";
import { offTop, placeNonFinite } from "./marks.ts";
import { seriesView } from "./testing.ts";
import { trace } from "./trace.ts";

const AXIS = linearAxis({ min: 0, max: 10 }, 5);
const WHOLE = { min: 0, max: 100 };

test("the fall from the start is no peak; a stretch that leaves the lane later is told once, by its highest", () => {
  const line = trace(
    seriesView([
      [0, 50],
      [1, 5],
      [40, 20],
      [41, 30],
      [42, 20],
      [43, 5],
    ]),
    undefined,
  );
  expect(offTop(line, AXIS, WHOLE)).toEqual([{ x: 41, value: 30 }]);
});

test("at most three peaks are told, the highest, and none right beside another", () => {
  const spikes = [10, 12, 30, 50, 70, 90].flatMap((x, i): [number, number][] => [
    [x, 20 + i],
    [x + 1, 5],
  ]);
  expect(offTop(trace(seriesView([[0, 5], ...spikes]), undefined), AXIS, WHOLE).map(({ x }) => x)).toEqual([
    50, 70, 90,
  ]);
});

test("a cross stands at the height the line had last, inside the lane", () => {
  const line = trace(
    seriesView([
      [0, 4],
      [1, Number.NaN],
      [2, 99],
      [3, Infinity],
    ]),
    undefined,
  );
  expect(placeNonFinite(line, AXIS)).toEqual([
    { x: 1, to: 1, kind: "NaN", y: 4 },
    { x: 3, to: 3, kind: "inf", y: AXIS.max },
  ]);
});
