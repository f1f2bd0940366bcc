import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { LogReader } from "./index.ts";
import { type Observation, observations, segmentsOf } from "./testing.ts";

/** One sample of every known format with the points a correct parser yields; kept outside the repository. */
const FOLDER = new URL("../../../shared/formats/samples/", import.meta.url);

/** Formats that must be read in full. The others are read as far as the generic dialects reach; the table shows how far. */
const SUPPORTED = [
  ...["hf_trainer_v4", "hf_trainer_v5", "trl_sft_v5", "trl_dpo", "trl_grpo", "axolotl", "llamafactory_trainer_log"],
  ...["generic_jsonl", "generic_kv", "generic_logfmt", "generic_csv", "generic_semicolon", "lightning_metrics"],
  ...["keras_csvlogger", "nanogpt", "megatron_lm", "diffusers", "kohya", "openrlhf"],
];

type Expected = {
  sample: string;
  step_tolerance?: number;
  max_steps?: number;
  points: { step: number | null; values: Record<string, number | string> }[];
};

const isThere = existsSync(FOLDER);
if (!isThere) process.stderr.write("skipped: no samples of log formats beside the repository\n");

describe.skipIf(!isThere)("samples of real formats", () => {
  const scores: string[] = [];

  test.each(SUPPORTED)("%s gives every expected point and no other value", (name) => {
    const { missing, maxSteps, expected } = score(name);
    expect(missing).toEqual([]);
    if (expected.max_steps !== undefined) expect(maxSteps).toContain(expected.max_steps);
  });

  test("the other formats do not break the reader", () => {
    for (const name of isThere ? consoleSamples() : []) {
      const { missing, expected } = score(name);
      const all = expected.points.length;
      scores.push(
        `${name.padEnd(28)} ${all - missing.length}/${all}${SUPPORTED.includes(name) ? "" : "  (not required)"}`,
      );
    }
    expect(scores.length).toBeGreaterThan(SUPPORTED.length);
  });

  afterAll(() => {
    process.stdout.write(`${scores.join("\n")}\n`);
  });
});

function consoleSamples(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".expected.json"))
    .map((file) => file.replace(".expected.json", ""))
    .filter((name) => {
      const expected = expectedOf(name);
      return (
        expected.points?.[0]?.values && !("device" in expected.points[0]) && /\.(log|jsonl|csv)$/.test(expected.sample)
      );
    });
}

function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(new URL(`${name}.expected.json`, FOLDER), "utf8"));
}

function score(name: string): { missing: string[]; maxSteps: (number | null)[]; expected: Expected } {
  const expected = expectedOf(name);
  const reader = new LogReader({ path: expected.sample });
  const maxSteps: (number | null)[] = [];
  for (const segment of segmentsOf(readFileSync(new URL(expected.sample, FOLDER), "utf8"))) {
    reader.push(segment);
    const known = reader.facts().maxSteps;
    if (known !== maxSteps.at(-1)) maxSteps.push(known);
  }
  reader.flush();
  const found = observations(reader.take().groups);
  const missing = expected.points
    .filter((point) => !isFound(point, expected, found))
    .map((point) => JSON.stringify(point));
  return { missing, maxSteps, expected };
}

/** A line without a step that a parser may give to the last step or drop; ours gives it. */
const TOLERATED = new Set(["generic_kv.log:1010"]);

/** Each value must be there at its step, and no value at that step may be one that no expected point has. */
function isFound(point: Expected["points"][number], expected: Expected, found: readonly Observation[]): boolean {
  const { step } = point;
  if (step === null)
    return found.some(({ values }) => Object.entries(point.values).every(([k, v]) => isSame(values.get(k), v)));
  const tolerance = expected.step_tolerance ?? 0;
  const near = found.filter((row) => Math.abs(row.step - step) <= tolerance);
  return Object.entries(point.values).every(([name, value]) => {
    const allowed = expected.points.filter((other) => other.step === null || Math.abs(other.step - step) <= tolerance);
    const stray = near.some(({ values }) => {
      const got = values.get(name);
      return got !== undefined && !allowed.some((other) => isSame(got, other.values[name]));
    });
    return (
      near.some(({ values }) => isSame(values.get(name), value)) &&
      (!stray || tolerance > 0 || TOLERATED.has(`${expected.sample}:${step}`))
    );
  });
}

function isSame(got: number | undefined, want: number | string | undefined): boolean {
  if (got === undefined || want === undefined) return false;
  const number = Number(want);
  return Number.isFinite(number) ? Math.abs(got - number) <= Math.abs(number) * 1e-12 : Object.is(got, number);
}
