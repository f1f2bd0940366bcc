import { expect, test } from "vitest";
import { type Siblings, siblingsPlot, stretches } from "./siblings-plot.ts";

const run = (id: string, rate: number, level: number | null, regret: number | null) => ({
  ...{ id, rate, level, regret, name: `run ${id}`, verdict: "healthy" as const },
});

const siblings: Siblings = {
  ...{ rank: 2, of: 5, atStep: 1000, regret: 0.04, best: { id: "b", name: "run b", rate: 1e-3 } },
  curve: [
    run("a", 1e-4, 3, 0.5),
    run("b", 1e-3, 2, 0),
    run("c", 3e-3, 2.1, 0.04),
    run("d", 1e-2, 9, 3),
    run("e", 1, null, null),
  ],
};

test("the best lies at the lower edge, rates are told apart by their factor, and what failed has no level", () => {
  const { points, low, high } = siblingsPlot(siblings, "c");
  expect([low, high]).toEqual([2, 3]);
  expect(points.map(({ y, fate }) => [fate, Number(y.toFixed(2))])).toEqual([
    ["drawn", 0],
    ["drawn", 1],
    ["drawn", 0.9],
    ["above", 0],
    ["failed", 0],
  ]);
  const [a, b, , d, e] = points.map(({ x }) => x);
  expect(b! - a!).toBeCloseTo(d! - b!);
  expect(e! - d!).toBeCloseTo(2 * (d! - b!));
});

test("the run's own level is shown however bad it is", () => {
  expect(siblingsPlot(siblings, "d").high).toBe(9);
});

test("ticks are whole decades inside the plot", () => {
  expect(siblingsPlot(siblings, "a").ticks.map(({ rate }) => Math.log10(rate))).toEqual([-4, -3, -2, -1, 0]);
});

test("a run that failed breaks the line", () => {
  const { points } = siblingsPlot(
    { ...siblings, curve: [...siblings.curve.slice(0, 2), run("x", 2e-3, null, null), ...siblings.curve.slice(2, 4)] },
    "a",
  );
  expect(stretches(points).map((line) => line.map(({ run: { id } }) => id))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});
