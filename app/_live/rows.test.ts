import { expect, test } from "vitest";
import type { RunRow, RunSummary } from "#lib/protocol/index.ts";
import { mergeRows } from "./rows.ts";

const here = { archived: false, deletedAt: null };
const row = (id: string, steps: number[]): RunRow =>
  ({ id, name: id, ...here, last: {}, spark: { step: steps, value: steps.map(() => 1) } }) as unknown as RunRow;
const changed = (id: string, step: number, value: number | string = 2): RunSummary =>
  ({ id, name: `${id}!`, ...here, last: { "train/loss": { step, value } } }) as unknown as RunSummary;

test("a changed row takes its new figures, and its sparkline grows by the newest loss", () => {
  const [a, b] = mergeRows([row("a", [0, 10]), row("b", [0])], [changed("a", 20)])!;
  expect(a).toMatchObject({ name: "a!", spark: { step: [0, 10, 20], value: [1, 1, 2] } });
  expect(b).toMatchObject({ name: "b", spark: { step: [0] } });
});

test("a loss that is no number is a gap, and a step seen already adds nothing", () => {
  expect(mergeRows([row("a", [0])], [changed("a", 5, "NaN")])![0]!.spark.value).toEqual([1, null]);
  expect(mergeRows([row("a", [0, 5])], [changed("a", 5)])![0]!.spark.step).toEqual([0, 5]);
});

test("a run the list does not know makes it read anew", () => {
  expect(mergeRows([row("a", [])], [changed("z", 1)])).toBeNull();
});

test("a sparkline keeps its first and newest point and does not grow for ever", () => {
  let rows = [row("a", [0])];
  for (let step = 1; step <= 1000; step++) rows = mergeRows(rows, [changed("a", step)])!;
  const { step } = rows[0]!.spark;
  expect(step.length).toBeLessThanOrEqual(160);
  expect([step[0], step.at(-1)]).toEqual([0, 1000]);
});

test("a run that leaves the shelf leaves the list, and one of another shelf is no reason to read anew", () => {
  const archived = { ...changed("a", 20), archived: true };
  expect(mergeRows([row("a", [0]), row("b", [0])], [archived])!.map(({ id }) => id)).toEqual(["b"]);
  expect(mergeRows([row("b", [0])], [archived])).toHaveLength(1);
  expect(mergeRows([], [archived], "archived")).toBeNull();
});
