import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomFrom } from "#lib/core/index.ts";
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

test("ordinary output in any order and with any numbers gives at most one point in 10,000 lines", () => {
  const random = randomFrom(3);
  const digit = (): string => String(Math.floor(random() * 10));
  const mixed = Array.from({ length: 20_000 }, () => {
    const line = lines[Math.floor(random() * lines.length)]!;
    return random() < 0.5 ? line : line.replace(/\d/g, digit);
  });
  const { points } = readText(mixed.join("\n"));
  const wrong = points.map(({ line, values }) => [mixed[line - 1], ...values]);
  expect(wrong.length, JSON.stringify(wrong.slice(0, 20))).toBeLessThanOrEqual(2);
});
