import { expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { stripRows } from "./strip-rows.ts";
import { stripScene } from "./strip-scene.ts";
import { RUN, seriesOf, seriesView } from "./testing.ts";

const CONTROLS = {
  x: "step",
  range: "whole",
  raw: true,
  trend: true,
  smooth: 0,
  eval: true,
  forecast: true,
  log: false,
} as const;

test("what is shown is a row per step, a column per metric, and says what is no number", () => {
  const loss = seriesView([
    [10, 3],
    [20, Number.NaN],
    [30, 2.5],
  ]);
  const rate = seriesView([[10, 1e-4]], { metric: METRIC.learningRate });
  const scene = stripScene({
    series: seriesOf(loss, rate),
    run: RUN,
    controls: CONTROLS,
    compact: false,
    previous: null,
  });
  expect(stripRows(scene)).toEqual([
    ["step", "train/loss", "eval/loss", "learning_rate"],
    ["10", "3", "", "0.0001"],
    ["20", "NaN", "", ""],
    ["30", "2.5", "", ""],
  ]);
});

test("along time a row has its moment and its step", () => {
  const clock = { step: [1, 2], at: [0, 1000] };
  const series = { ...seriesOf(seriesView([[1000, 3]])), x: "time" as const, clock, times: clock };
  const scene = stripScene({ series, run: RUN, controls: { ...CONTROLS, x: "time" }, compact: false, previous: null });
  const [header, row] = stripRows(scene);
  expect(header?.slice(0, 2)).toEqual(["time", "step"]);
  expect(row?.slice(0, 3)).toEqual(["1970-01-01T00:00:01.000Z", "2", "3"]);
});
