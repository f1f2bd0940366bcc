import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type JsonValue, toJsonValue } from "#lib/protocol/index.ts";
import { type Observation, readText } from "./testing.ts";

type Row = { step: number; line: number; at?: number; values: Record<string, JsonValue> };
type Expected = {
  facts: { format: string; stepSource: string; maxSteps: number | null; end: string | null };
  points: Row[];
};

const FOLDER = new URL("testdata/", import.meta.url);
const SUFFIX = ".expected.json";
const logs = readdirSync(FOLDER)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

describe("made-up logs give exactly the points written beside them", () => {
  test.each(logs)("%s", (file) => {
    const expected: Expected = JSON.parse(readFileSync(new URL(`${file}${SUFFIX}`, FOLDER), "utf8"));
    const { points, facts } = readText(readFileSync(new URL(file, FOLDER), "utf8"), file);
    expect(rowsOf(points, expected.points)).toEqual(expected.points.map(sortedRow));
    const { format, stepSource, maxSteps, end } = facts;
    expect({ format, stepSource, maxSteps, end: end?.kind ?? null }).toEqual(expected.facts);
  });
});

/** A clock is compared where the expected row tells one. */
function rowsOf(points: readonly Observation[], expected: readonly Row[]): Row[] {
  return points.map(({ step, line, at, values }, i) => {
    const row = {
      step,
      line,
      values: Object.fromEntries([...values].map(([name, value]) => [name, toJsonValue(value)])),
    };
    return sortedRow(expected[i]?.at === undefined ? row : { ...row, at });
  });
}

const sortedRow = (row: Row): Row => ({ ...row, values: Object.fromEntries(Object.entries(row.values).sort()) });
