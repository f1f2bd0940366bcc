import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readText } from "./testing.ts";

const FOLDER = new URL("testdata/", import.meta.url);
const logs = readdirSync(FOLDER).filter((file) => file.endsWith(".log"));

const valuesOf = (line: string): Record<string, number> =>
  Object.fromEntries(readText(`${line}\n`).points.flatMap(({ values }) => [...values]));

describe("no program's dialect reads less of a line than the general reader", () => {
  const HOME_MADE =
    "[2026-12-01 05:00:00] step 38320/60000 | loss 2.5413 | lr 4.515e-4 | grad_norm 0.80 | 387.8k tok/s";

  test("a home-made line that begins as llm.c's is read whole, and not called llm.c's", () => {
    const { points, facts } = readText(`${HOME_MADE}\n`);
    expect(points.map(({ step, values }) => [step, Object.fromEntries(values)])).toEqual([
      [
        38_320,
        {
          "train/loss": 2.5413,
          learning_rate: 4.515e-4,
          grad_norm: 0.8,
          tokens_per_second: 387_800,
        },
      ],
    ]);
    expect(facts).toMatchObject({ format: "key-value", maxSteps: 60_000 });
    expect(facts.formatReason).not.toContain("llm.c");
  });

  test("a program's line that somebody has added to keeps its dialect, and has what was added", () => {
    const line =
      "step    6/19560 | loss 5.610000 (-1.35z)| norm 1.0100 (-0.42z)| lr 2.14e-04 | 1260.55 ms | 415912 tok/s";
    expect(readText(`${line}\n`).facts.format).toBe("llm-c");
    expect(valuesOf(`${line} | val_loss 5.7 | loss_scale 1024`)).toEqual({
      ...valuesOf(line),
      "eval/loss": 5.7,
      loss_scale: 1024,
    });
  });

  test.each(logs)("what is added behind the pairs of a record is read: %s", (log) => {
    const lines = readFileSync(new URL(log, FOLDER), "utf8").split("\n");
    const isPairs = (line: string): boolean =>
      /^[^{[\t]*[\w)] ?\| [a-z_ ]+:? [\d.e+-]+\s*$/.test(line) && !line.includes("%|");
    for (const line of lines.filter(isPairs)) {
      const before = valuesOf(line);
      if (before["train/loss"] === undefined || before.loss_scale !== undefined) continue;
      expect(valuesOf(`${line} | loss_scale 2048.5`), line).toEqual({ ...before, loss_scale: 2048.5 });
    }
  });
});

test.each([
  ["step 5 | loss 2.5 | 387.8k tok/s", 387_800],
  ["step 5 | loss 2.5 | 1.2M tokens/sec", 1_200_000],
  ["step 5, loss 2.5, 12,345 tokens/s", 12_345],
  ["step 5, loss 2.5, 981tok/s", 981],
])("a number before its unit is what the unit says: %s", (line, value) => {
  expect(valuesOf(line).tokens_per_second).toBe(value);
});
