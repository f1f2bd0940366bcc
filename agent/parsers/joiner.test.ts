import { expect, test } from "vitest";
import { joinLines } from "./joiner.ts";
import { observationsOf, readText } from "./testing.ts";

const read = (lines: readonly string[]) => {
  const state = { joiner: null };
  return lines.flatMap((line) => joinLines(state, line, line.length));
};

const PREFIX = "(TaskRunner pid=222265) ";
/** A record of verl that Ray cuts after 1000 characters, inside the value of its last key. */
function cutRecord(): [string, string] {
  const pairs = Array.from({ length: 60 }, (_, i) => `actor/metric_${i}:0.125`).join(" - ");
  const whole = `${PREFIX}step:34 - ${pairs} - perf/throughput:2267.04`;
  return [whole.slice(0, 1000), whole.slice(1000)];
}

test("a record cut after 1000 characters is joined with what follows, and no number is read in two", () => {
  const [first, second] = cutRecord();
  expect(read([first, second])).toEqual([first + second]);
  const { points } = readText(`${first}\n${second}\n`);
  expect(points.length).toBe(1);
  expect(points[0]!.values.get("actor/metric_59")).toBe(0.125);
  expect(observationsOf(points, "tokens_per_second")).toEqual([{ step: 34, value: 2267.04 }]);
});

test("a record that is whole at 1000 characters is given out when the next one begins", () => {
  const [whole] = cutRecord();
  const next = `${PREFIX}step:35 - actor/loss:1`;
  expect(read([whole, next])).toEqual([whole, next]);
});

test("a dict printed one key a line is one record at its last line", () => {
  const lines = ["{'accuracy': array(0.0123, dtype=float32),", " 'loss': array(nan, dtype=float32),", " 'step': 100}"];
  expect(read(lines).at(-1)).toBe(lines.map((line) => line.trim()).join(" "));
  const { points } = readText(lines.join("\n"));
  expect(points.map(({ step, line }) => [step, line])).toEqual([[100, 3]]);
  expect(points[0]!.values.get("train/loss")).toBeNaN();
});

test("a dict that is not gone on with is let go", () => {
  const lines = ["{'loss': 2.5,", "Traceback (most recent call last):", " 'step': 100}"];
  expect(read(lines)).toEqual(lines);
  expect(readText(lines.join("\n")).points).toEqual([]);
});

test("a dict of any length is given up before it outgrows the reader's state", () => {
  const state: { joiner: { text: string } | null } = { joiner: null };
  for (const line of ["{'a': 1,", ...Array.from({ length: 200 }, (_, i) => ` 'key${i}': ${i},`)]) {
    joinLines(state as Parameters<typeof joinLines>[0], line, line.length);
    expect(state.joiner?.text.length ?? 0).toBeLessThanOrEqual(1300);
  }
  expect(state.joiner).toBeNull();
});
