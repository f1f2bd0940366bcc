import { expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { readoutAt } from "./readout.ts";
import { stripOption, stripSeries } from "./strip-option.ts";
import { type SceneInput, sameFrame, stripScene, yInLane } from "./strip-scene.ts";
import { PALETTE, RUN, seriesOf, seriesView } from "./testing.ts";

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

const falling = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [i * 10, 2 + 3 / (1 + i / 20)]);

function scene(change: Partial<SceneInput> = {}) {
  const series = seriesOf(
    seriesView(falling(100)),
    seriesView(
      falling(100).map(([x]) => [x, 1e-4]),
      { metric: METRIC.learningRate },
    ),
  );
  return stripScene({ series, run: RUN, controls: CONTROLS, compact: false, previous: null, ...change });
}

const style = { palette: PALETTE, fontFamily: "B612", language: "en", controls: CONTROLS, compact: false } as const;

test("the axis is the whole planned run, and what is left stays empty", () => {
  const { x, now } = scene();
  expect([x.min, x.max]).toEqual([0, 2000]);
  expect(now).toBe(990);
  expect(scene({ run: { ...RUN, maxSteps: null } }).x.max).toBeLessThan(1400);
});

test("a lane the log has no metric for is left out, never drawn empty", () => {
  expect(scene().lanes.map(({ name }) => name)).toEqual(["loss", "learningRate"]);
  expect(stripOption(scene(), style).grid).toHaveLength(2);
});

test("the first fall and a spike may leave the lane; the spike is told by its number", () => {
  const points = falling(100).map(([x, y]): [number, number] => (x === 500 ? [x, 40] : [x, y]));
  const drawn = scene({
    series: seriesOf(seriesView(points)),
    run: { ...RUN, metrics: [{ name: METRIC.trainLoss, points: 100 }] },
  });
  expect(drawn.lanes[0]!.axis.max).toBeLessThan(5);
  expect(drawn.peaks).toEqual([{ x: 500, value: 40, of: "loss" }]);
});

test("a newest value that is no number has the pen say so, at the height the loss had last", () => {
  const points = [...falling(50), [500, Number.NaN]] as [number, number][];
  const drawn = scene({ series: seriesOf(seriesView(points)) });
  expect(drawn.pen?.value).toBeNaN();
  expect(drawn.pen?.verdict).toBe("nan");
  expect(drawn.lanes[0]!.crosses).toMatchObject([{ x: 500, kind: "NaN" }]);
});

test("a point more changes the lines and leaves the frame as it was", () => {
  const before = scene();
  const points = falling(101);
  const series = {
    ...seriesOf(seriesView(points.slice(0, 100))),
    tails: new Map([[METRIC.trainLoss, { x: [1000], y: [2.4] }]]),
  };
  const after = scene({ series, previous: before });
  expect(sameFrame(before, after)).toBe(true);
  expect(after.now).toBe(1000);
  expect(after.total).toBe(101);
});

test("toggles take their lines away, and nothing else", () => {
  const ids = (controls: SceneInput["controls"]) =>
    stripSeries(scene({ controls }), { ...style, controls }).map(({ id }) => id);
  expect(ids({ ...CONTROLS, raw: false })).not.toContain("raw");
  expect(ids({ ...CONTROLS, trend: false }).some((id) => id.startsWith("trend"))).toBe(false);
  expect(ids({ ...CONTROLS, eval: false })).not.toContain("eval");
  expect(ids(CONTROLS)).toEqual(expect.arrayContaining(["raw", "trend-0", "eval", "learning-rate", "schedule"]));
});

test("the trend changes colour where the verdict changed, on the same point", () => {
  const { pieces } = scene();
  expect(pieces.map(({ verdict }) => verdict)).toEqual(["reading", "healthy", "oscillating"]);
  const [, healthy, oscillating] = pieces;
  expect(Array.from(healthy!.xy.slice(-2))).toEqual(Array.from(oscillating!.xy.slice(0, 2)));
});

test("without known times the time axis shows no trend rather than a guessed one", () => {
  const drawn = scene({ series: { ...seriesOf(), x: "time" }, controls: { ...CONTROLS, x: "time" } });
  expect(drawn.pieces.every(({ xy }) => Number.isNaN(xy[0]))).toBe(true);
});

test("the crosshair reads every lane at a sample, and nothing right of now", () => {
  const drawn = scene();
  const readout = readoutAt(drawn, 503, null);
  expect(readout).toMatchObject({ x: 500, step: 500, elapsedMs: null });
  expect(readout?.lanes.map(({ lane, value }) => [lane, value])).toEqual([
    ["loss", "2.97"],
    ["learningRate", "1e-4"],
  ]);
  expect(readout?.lanes[1]).toMatchObject({ schedule: "on" });
  expect(readoutAt(drawn, 1500, null)).toBeNull();
});

test("a value's height stays inside its lane", () => {
  const lane = scene().lanes[0]!;
  expect(yInLane(lane, 1e9)).toBe(lane.box.top);
  expect(yInLane(lane, -1e9)).toBe(lane.box.bottom);
});

test("twenty spikes of one point among 200 000 are drawn at every zoom", () => {
  const length = 200_000;
  const spikes = new Set(Array.from({ length: 20 }, (_, i) => 4321 + i * 9876));
  const points = Array.from({ length }, (_, i): [number, number] => [i, spikes.has(i) ? 9 + i / length : 2]);
  for (const [from, to] of [
    [0, length],
    [40_000, 120_000],
    [90_000, 95_000],
    [4000, 4800],
  ] as const) {
    const inside = points.slice(from, to);
    const view = seriesView(inside, { perBucket: Math.ceil(inside.length / 800) });
    const drawn = scene({ series: seriesOf(view), controls: { ...CONTROLS, range: { from, to } } });
    const { xy } = drawn.lanes[0]!.line;
    const seen = new Set<number>();
    for (let i = 1; i < xy.length; i += 2) if (xy[i]! >= 9) seen.add(Math.round((xy[i]! - 9) * length));
    expect([...seen].sort((a, b) => a - b)).toEqual([...spikes].filter((at) => at >= from && at < to));
  }
});

test("evaluations that rise over the training loss are in the lane; one far off the top is told by its number", () => {
  const run = { ...RUN, metrics: [...RUN.metrics, { name: METRIC.evalLoss, points: 10 }] };
  const evals = (last: number) =>
    seriesView(
      Array.from({ length: 10 }, (_, i): [number, number] => [i * 100, i === 9 ? last : 2.5 + i * 0.3]),
      { metric: METRIC.evalLoss },
    );
  const rising = scene({ run, series: seriesOf(seriesView(falling(100)), evals(5.2)) });
  expect(rising.lanes[0]!.axis.max).toBeGreaterThanOrEqual(4.9);
  const off = scene({ run, series: seriesOf(seriesView(falling(100)), evals(90)) });
  expect(off.lanes[0]!.axis.max).toBeLessThan(20);
  expect(off.peaks).toEqual([{ x: 900, value: 90, of: "eval" }]);
});

test("a loss that is never negative has no paper below zero", () => {
  const drawn = scene({ series: seriesOf(seriesView(falling(100).map(([x, y]) => [x, (y - 2) / 100]))) });
  expect(drawn.lanes[0]!.axis.min).toBeGreaterThanOrEqual(0);
});

test("smoothing takes the place of the trend, in the colours of the verdicts, and leaves the raw line alone", () => {
  const noisy = falling(100).map(([x, y], i): [number, number] => [x, y + (i % 2 === 0 ? 0.3 : -0.3)]);
  const series = seriesOf(seriesView(noisy));
  const smoothed = scene({ series, controls: { ...CONTROLS, smooth: 100 } });
  expect(smoothed.pieces.map(({ verdict }) => verdict)).toEqual(["reading", "healthy", "oscillating"]);
  expect(smoothed.lanes[0]!.line.xy).toEqual(scene({ series }).lanes[0]!.line.xy);
  const at = smoothed.pieces.flatMap(({ xy }) => Array.from(xy));
  expect(at[at.indexOf(500) + 1]).toBeCloseTo(2.86, 1);
});

test("along epochs everything known by step finds its place, also beyond the last one", () => {
  const clock = { step: [0, 1000], at: [0, 2] };
  const epochs = seriesView(falling(100).map(([x, y]) => [x / 500, y]));
  const series = { ...seriesOf(epochs), x: "epoch" as const, clock };
  const run = { ...RUN, attempts: [...RUN.attempts, { attempt: 2, fromStep: 500 }] };
  const drawn = scene({ series, run, controls: { ...CONTROLS, x: "epoch" } });
  expect([drawn.x.min, drawn.x.max]).toEqual([0, 4]);
  expect(drawn.pieces.map(({ xy }) => xy[0])).toEqual([0, 0.2, 1.2]);
  expect(drawn.resumes).toEqual([{ x: 1, step: 500 }]);
  expect(drawn.toStep(3)).toBe(1500);
});

test("rates on an axis are written as they are set: 2e-4, or decimals from a tenth on; norms as 0.1, 1, 10", () => {
  const labels = (metric: string, values: (i: number) => number): string[] => {
    const name = metric === METRIC.learningRate ? "learningRate" : "gradNorm";
    const view = seriesView(
      falling(100).map(([x], i) => [x, values(i)]),
      { metric },
    );
    const run = { ...RUN, metrics: [{ name: metric, points: 100 }], diagnosis: { ...RUN.diagnosis, schedule: null } };
    const drawn = scene({ series: seriesOf(view), run });
    const lane = drawn.lanes.find((candidate) => candidate.name === name)!;
    const axis = stripOption(drawn, style).yAxis[drawn.lanes.indexOf(lane)]!;
    const { formatter } = axis.axisLabel as { formatter: (value: number) => string };
    return lane.axis.ticks.map(formatter);
  };
  expect(labels(METRIC.learningRate, (i) => i * 6e-6)).toEqual(["0", "2e-4", "4e-4", "6e-4"]);
  expect(labels(METRIC.learningRate, (i) => i / 10)).toEqual(["0", "5", "10"]);
  expect(labels(METRIC.learningRate, (i) => i / 1000)).toEqual(["0.00", "0.05", "0.10"]);
  expect(labels(METRIC.gradNorm, (i) => 0.2 + i / 20)).toEqual(["0.1", "1", "10"]);
});
