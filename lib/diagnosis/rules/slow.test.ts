import { expect, test } from "vitest";
import type { Observation } from "../observation.ts";
import { told } from "./told.ts";

/** A record every ten steps; `pace` gives the milliseconds a step takes, `more` what else is logged. */
function run(records: number, pace: (i: number) => number, more: (i: number) => [string, number][] = () => []) {
  let at = 1.7e12;
  return Array.from({ length: records }, (_, i): Observation => {
    at += 10 * pace(i);
    return {
      step: (i + 1) * 10,
      at,
      attempt: 0,
      values: [["train/loss", 2 + 1 / (i + 1) + 0.01 * (i % 7)], ...more(i)],
    };
  });
}
const slow = (observations: Observation[]) => told(["pace."], observations);

test("half the speed for twenty records is told, where it began; a note when it is back", () => {
  const pace = (i: number): number => (i >= 200 && i < 300 ? 1600 : 800);
  expect(slow(run(400, pace))).toEqual(["pace.slow caution! 2010@2180", "pace.slow note 3010@3110"]);
});

test("a fifth slower, a short stretch, and pauses are not", () => {
  expect(slow(run(400, (i) => (i >= 200 ? 1000 : 800)))).toEqual([]);
  expect(slow(run(400, (i) => (i >= 200 && i < 212 ? 2000 : 800)))).toEqual([]);
  expect(slow(run(400, (i) => (i % 10 === 0 ? 60_000 : 800)))).toEqual([]);
});

test("a pace that was always uneven is not slow when its slow half lasts", () => {
  const uneven = (i: number): number => (i >= 200 || i % 5 === 0 ? 1500 : 800);
  expect(slow(run(400, uneven))).toEqual([]);
});

test("logged tokens per second count, not the times of the records; without either nothing is said", () => {
  const tokens = (i: number): [string, number][] => [["tokens_per_second", i >= 200 ? 9000 : 20_000]];
  expect(slow(run(400, () => 800, tokens))).toEqual(["pace.slow caution! 2010@2180"]);
  const untimed = run(400, (i) => (i >= 200 ? 1600 : 800)).map((record) => ({ ...record, at: Number.NaN }));
  expect(slow(untimed)).toEqual([]);
});

test("each attempt has its own pace", () => {
  const second = run(200, () => 2400).map((record) => ({ ...record, step: record.step + 2000, attempt: 1 }));
  expect(slow([...run(200, () => 800), ...second])).toEqual([]);
});
