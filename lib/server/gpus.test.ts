import { expect, test } from "vitest";
import { SERIES_COLUMNS, type SeriesView } from "#lib/protocol/index.ts";
import { gpuRange, gpusView } from "./gpus.ts";

const NOW = 1_750_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  ["a live run: to now", { state: "running", startedAt: NOW - 9 * HOUR, lastDataAt: NOW - MINUTE }, [-3 * HOUR, 0]],
  ["a young run: from its start", { state: "running", startedAt: NOW - HOUR, lastDataAt: NOW }, [-61 * MINUTE, 0]],
  [
    "a run that is over: to its end",
    { state: "finished", startedAt: NOW - 99 * HOUR, lastDataAt: NOW - 20 * HOUR },
    [-23 * HOUR + MINUTE, -20 * HOUR + MINUTE],
  ],
  [
    "a run that fell silent: an hour more",
    { state: "quiet", startedAt: NOW - 99 * HOUR, lastDataAt: NOW - 20 * HOUR },
    [-22 * HOUR, -19 * HOUR],
  ],
  ["a log that was over when we came: nothing", { state: "quiet", startedAt: NOW, lastDataAt: NOW - 9 * HOUR }, null],
] as const)("%s", (_, run, expected) => {
  const range = gpuRange(run, 180, NOW);
  expect(range && [range.from - NOW, range.to - NOW]).toEqual(expected);
});

type Bucket = { x: number; xLast?: number; first: number; last?: number; min?: number; max?: number };
function series(metric: string, buckets: readonly Bucket[]): SeriesView {
  const whole = buckets.map(({ x, first, xLast = x, last = first, min = first, max = first }) => {
    return { x, xLast, first, last, min, max, count: 1, nan: 0, posInf: 0, negInf: 0 };
  });
  const columns = SERIES_COLUMNS.map((name) => [name, Float64Array.from(whole, (bucket) => bucket[name])]);
  return { metric, shown: 0, total: 0, ...Object.fromEntries(columns) };
}
const gpu = { uuid: "GPU-0", index: 0, model: "H100", host: "node-1" };
const view = (...all: SeriesView[]) => gpusView({ from: 0, to: NOW }, [{ ...gpu, series: all }]).gpus[0]!;

test("a dip and a peak inside a bucket are drawn, in the order that follows from its first value", () => {
  const { series: drawn } = view(
    series("utilization.gpu", [
      { x: 1000, xLast: 4000, first: 98, min: 5, max: 99 },
      { x: 5000, xLast: 8000, first: 7, min: 5, max: 99 },
      { x: 9000, first: 50 },
    ]),
  );
  expect(drawn["utilization.gpu"]).toEqual({ at: [1000, 4000, 5000, 8000, 9000], value: [99, 5, 5, 99, 50] });
});

test("where nothing was read there is a hole, not a line", () => {
  const { series: drawn } = view(
    series("power.draw", [
      { x: 1000, xLast: 4000, first: 60 },
      { x: 20_000, first: 70 },
    ]),
  );
  expect(drawn["power.draw"]?.value).toEqual([60, 60, null, 70]);
});

test("the last value of what is not read any more is not the value now", () => {
  const gone = series("utilization.gpu", [{ x: 1000, first: 98 }]);
  const { lastAt, latest } = view(gone, series("power.draw", [{ x: 20_000, xLast: 31_000, first: 70, last: 71 }]));
  expect([lastAt, latest]).toEqual([31_000, { "power.draw": 71 }]);
});
