import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readText } from "./testing.ts";

const lines = readFileSync(new URL("testdata/noise.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

test("settings, program text, tracebacks and tool output give no points", () => {
  expect(lines.length).toBeGreaterThan(190);
  const { points, facts } = readText(lines.join("\n"));
  expect(points.map(({ line, values }) => [lines[line - 1], ...values])).toEqual([]);
  expect(facts).toMatchObject({ format: null, stepSource: null, linesParsed: 0 });
});

test.each(lines)("alone and twice it gives no point: %s", (line) => {
  expect(readText(`${line}\nok\n`).points).toEqual([]);
});

test("between records of a real run they still give none", () => {
  const record = (i: number) => `{'loss': ${i}.5, 'learning_rate': 5e-05, 'epoch': 0.1}`;
  const { points } = readText(lines.map((line, i) => `${record(i)}\n${line}`).join("\n"));
  expect(points.length).toBe(lines.length);
  expect(points.every(({ values }) => values.size === 3)).toBe(true);
});
