import { expect, test } from "vitest";
import { newRhythm, pushRhythm, restartRhythm, rhythmView } from "./rhythm.ts";

function paced(records: [step: number, at: number][]) {
  const rhythm = newRhythm();
  for (const [step, at] of records) pushRhythm(rhythm, step, at);
  return rhythm;
}

test("a run without times has no pace, and one record makes none", () => {
  expect(
    rhythmView(
      paced([
        [1, Number.NaN],
        [2, Number.NaN],
      ]),
    ),
  ).toEqual({ msPerStep: null, msPerRecord: null });
  expect(rhythmView(paced([[1, 5000]]))).toEqual({ msPerStep: null, msPerRecord: null });
});

test("the pace is the median: one long pause does not change it", () => {
  const times = [0, 100, 200, 300, 90_000, 90_100, 90_200].map((at, i): [number, number] => [10 * i, at]);
  expect(rhythmView(paced(times))).toEqual({ msPerStep: 10, msPerRecord: 100 });
});

test("only the last 64 intervals count", () => {
  const slow = Array.from({ length: 100 }, (_, i): [number, number] => [i, i * 1000]);
  const fast = Array.from({ length: 65 }, (_, i): [number, number] => [100 + i, 99_000 + (i + 1) * 10]);
  expect(rhythmView(paced([...slow, ...fast])).msPerRecord).toBe(10);
});

test("the pause before a restart is no interval", () => {
  const rhythm = paced([
    [1, 0],
    [2, 100],
  ]);
  restartRhythm(rhythm);
  pushRhythm(rhythm, 1, 999_999);
  pushRhythm(rhythm, 2, 1_000_099);
  expect(rhythmView(rhythm).msPerRecord).toBe(100);
});
