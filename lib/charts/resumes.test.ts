import { expect, test } from "vitest";
import { resumesOf, supersededLine } from "./resumes.ts";
import { seriesView } from "./testing.ts";

const attempts = [{ fromStep: 1 }, { fromStep: 50 }, { fromStep: 80 }];

test("every attempt but the first is a resume, where its step has a place", () => {
  expect(resumesOf(attempts, (step) => (step < 60 ? step * 2 : null))).toEqual([{ x: 100, step: 50 }]);
});

test("what was run over is broken where the next attempt took over, never bridged", () => {
  const view = seriesView([
    [50, 3],
    [60, 2.9],
    [85, 2.5],
    [90, 2.4],
  ]);
  const line = supersededLine(
    view,
    resumesOf(attempts, (step) => step),
    false,
  );
  expect(Array.from(line)).toEqual([50, 3, 60, 2.9, 85, Number.NaN, 85, 2.5, 90, 2.4]);
  expect(supersededLine(null, [], false)).toHaveLength(0);
});
