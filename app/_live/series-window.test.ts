import fc from "fast-check";
import { expect, test } from "vitest";
import { counterClock, placeOfStep, stepClock, trace } from "#lib/charts/index.ts";
import { seriesView } from "#lib/charts/testing.ts";
import type { Delta, PointGroup } from "#lib/protocol/index.ts";
import { moved, SeriesWindow } from "./series-window.ts";

type Row = { step: number; loss: number; rate: number | null };

/** A run as the store has it: commits of rows, and what it would answer and announce. */
const at = (step: number): number => 1000 + step * 10;
const group = (rows: readonly Row[]): PointGroup[] => {
  const of = (names: string[], some: readonly Row[], values: ((row: Row) => number)[]): PointGroup[] =>
    some.length === 0
      ? []
      : [
          {
            names,
            step: Float64Array.from(some, ({ step }) => step),
            at: Float64Array.from(some, ({ step }) => at(step)),
            line: Float64Array.from(some, (_, i) => i + 1),
            values: values.map((value) => Float64Array.from(some, value)),
          },
        ];
  return [
    ...of(
      ["train/loss", "learning_rate"],
      rows.filter(({ rate }) => rate !== null),
      [({ loss }) => loss, ({ rate }) => rate!],
    ),
    ...of(
      ["train/loss"],
      rows.filter(({ rate }) => rate === null),
      [({ loss }) => loss],
    ),
  ];
};
const delta = (from: number, rows: readonly Row[], reload = false): Delta => ({
  run: "run00001",
  from,
  to: from + 1,
  reload,
  groups: reload ? [] : group(rows),
});
const QUERY = { x: "step", range: null } as const;

function read(commits: readonly (readonly Row[])[]): SeriesWindow {
  const rows = commits.flat();
  const series = [
    seriesView(rows.map(({ step, loss }) => [step, loss])),
    seriesView(
      rows.filter(({ rate }) => rate !== null).map(({ step, rate }) => [step, rate!]),
      { metric: "learning_rate" },
    ),
  ];
  return new SeriesWindow(QUERY, { cursor: commits.length, series }, null, { axis: null, times: null });
}

const drawn = (window: SeriesWindow, metric: string): number[] =>
  Array.from(trace(window.views.get(metric), window.tails.get(metric)).xy);

/** Commits of ascending steps; within one commit every row has a rate or none, so that one metric stays in order. */
const commitsArbitrary = fc
  .array(
    fc.record({
      losses: fc.array(fc.oneof(fc.double({ noNaN: true, min: 0, max: 9 }), fc.constantFrom(Number.NaN, Infinity)), {
        minLength: 1,
        maxLength: 5,
      }),
      rated: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((commits) => {
    let step = 0;
    return commits.map(({ losses, rated }) =>
      losses.map((loss): Row => ({ step: step++, loss, rate: rated ? 1e-4 : null })),
    );
  });

test("a view and the deltas after it draw what reading the store again would, wherever the view was cut", () => {
  fc.assert(
    fc.property(commitsArbitrary, fc.nat(), (commits, cut) => {
      const known = cut % (commits.length + 1);
      const window = read(commits.slice(0, known));
      for (let i = known; i < commits.length; i++) expect(window.apply(delta(i, commits[i]!))).toBe("applied");
      const again = read(commits);
      expect(window.cursor).toBe(again.cursor);
      for (const metric of ["train/loss", "learning_rate"]) expect(drawn(window, metric)).toEqual(drawn(again, metric));
    }),
  );
});

test("deltas lost, doubled or late never make a wrong line: they are known or missed, or join on exactly", () => {
  fc.assert(
    fc.property(commitsArbitrary, fc.array(fc.nat(), { maxLength: 30 }), (commits, arrivals) => {
      let window = read([]);
      for (const arrival of arrivals) {
        const i = arrival % commits.length;
        const { cursor } = window;
        const outcome = window.apply(delta(i, commits[i]!));
        expect(outcome).toBe(i < cursor ? "known" : i === cursor ? "applied" : "missed");
        if (outcome === "missed") window = read(commits.slice(0, i + 1));
        expect(drawn(window, "train/loss")).toEqual(drawn(read(commits.slice(0, window.cursor)), "train/loss"));
      }
    }),
  );
});

test("a reload, a gap and a step that goes back all say: read the store again", () => {
  const rows: Row[] = [{ step: 5, loss: 1, rate: null }];
  expect(read([rows]).apply(delta(1, [], true))).toBe("missed");
  expect(read([rows]).apply(delta(2, [{ step: 6, loss: 1, rate: null }]))).toBe("missed");
  expect(read([rows]).apply(delta(1, [{ step: 3, loss: 1, rate: null }]))).toBe("missed");
  expect(read([rows]).apply(delta(0, rows))).toBe("known");
});

test("along time, points join by when they were, and the clock learns them; a point without a time is left out", () => {
  const steps = seriesView([
    [0, 2],
    [1, 2],
  ]);
  const times = seriesView([
    [at(0), 2],
    [at(1), 2],
  ]);
  const clock = stepClock(steps, times);
  const window = new SeriesWindow({ x: "time", range: null }, { cursor: 1, series: [times] }, null, {
    axis: clock,
    times: clock,
  });
  const next = delta(1, [
    { step: 2, loss: 3, rate: null },
    { step: 3, loss: 4, rate: null },
  ]);
  next.groups[0]!.at[1] = Number.NaN;
  expect(window.apply(next)).toBe("applied");
  expect(window.tails.get("train/loss")).toEqual({ x: [at(2)], y: [3] });
  expect(placeOfStep(clock!, 2, null)).toBe(at(2));
});

test("along epochs, points join by the epoch they carry or, carrying none, by their step; the clock learns it", () => {
  const epochs = counterClock(
    seriesView(
      [
        [0, 0],
        [1, 0.5],
      ],
      { metric: "epoch" },
    ),
  )!;
  const shown = seriesView([
    [0, 2],
    [0.5, 2],
  ]);
  const clocks = { axis: epochs, times: null };
  const window = new SeriesWindow({ x: "epoch", range: null }, { cursor: 1, series: [shown] }, null, clocks);
  const next = delta(1, [{ step: 3, loss: 4, rate: 1e-4 }]);
  next.groups[0]!.names.push("epoch");
  next.groups[0]!.values.push(Float64Array.of(1.5));
  next.groups.push({ ...group([{ step: 2, loss: 3, rate: null }])[0]!, names: ["eval/loss"] });
  expect(window.apply(next)).toBe("applied");
  expect(window.tails.get("train/loss")).toEqual({ x: [1.5], y: [4] });
  expect(window.tails.get("eval/loss")).toEqual({ x: [1], y: [3] });
  expect(placeOfStep(epochs, 3, null)).toBe(1.5);
});

test("a view by step is moved to where its steps lie; what was before the first known one has no place", () => {
  const clock = { step: [10, 20], at: [1, 2] };
  const byStep = seriesView([
    [5, 9],
    [10, 8],
    [15, 7],
  ]);
  const view = moved(byStep, clock);
  expect(Array.from(view.x)).toEqual([1, 1.5]);
  expect(Array.from(view.first)).toEqual([8, 7]);
});
