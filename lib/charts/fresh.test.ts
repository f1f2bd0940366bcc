import { expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { freshStrokes } from "./fresh.ts";
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
const POINTS = Array.from({ length: 100 }, (_, i): [number, number] => [i * 10, 2 + 3 / (1 + i / 20)]);
const SERIES = seriesOf(seriesView(POINTS));
const SCENE = stripScene({ series: SERIES, run: RUN, controls: CONTROLS, compact: false, previous: null });
const WIDTH = 1076; // the plot is 1,000 px, a step half a pixel

const withTail = (x: number[], y: number[]) => ({ ...SERIES, tails: new Map([[METRIC.trainLoss, { x, y }]]) });

test("new points go on from the last one drawn", () => {
  const fresh = freshStrokes(SCENE, withTail([980, 990, 1000, 1010], [9, 9, 2.5, 2.4]), WIDTH)!;
  expect(fresh.now).toBe(1010);
  expect(fresh.strokes.map(({ name }) => name)).toEqual(["loss"]);
  const xs = fresh.strokes[0]!.xy.filter((_, i) => i % 2 === 0);
  expect(xs).toEqual([54 + 495, 54 + 500, 54 + 505]);
});

test("NaN breaks the stroke", () => {
  const [stroke] = freshStrokes(SCENE, withTail([1000, 1010], [Number.NaN, 2]), WIDTH)!.strokes;
  expect(stroke!.xy.map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
});

test("with nothing new there is nothing to draw; beyond the axis the scene has to be drawn anew", () => {
  expect(freshStrokes(SCENE, SERIES, WIDTH)).toEqual({ now: 990, strokes: [] });
  expect(freshStrokes(SCENE, withTail([3000], [2]), WIDTH)).toBeNull();
  expect(freshStrokes(SCENE, { ...SERIES, x: "time" }, WIDTH)).toBeNull();
});

test("a stretch that ended is left as it is by what comes after it", () => {
  const points = Array.from({ length: 50 }, (_, i): [number, number] => [i * 10, 2]);
  const series = { ...seriesOf(seriesView(points)), until: 490 };
  const controls = { ...CONTROLS, range: { from: 0, to: 490 } };
  const scene = stripScene({ series, run: { ...RUN, step: 490 }, controls, compact: false, previous: null });
  const later = { ...series, tails: new Map([["train/loss", { x: [500, 510], y: [2, 2] }]]) };
  expect(freshStrokes(scene, later, 900)).toEqual({ now: 510, strokes: [] });
});
