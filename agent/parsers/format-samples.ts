/** For tests and `npm run formats` alone: the samples of real formats, read by the product's reader and compared. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openReader } from "./index.ts";
import { fileSegments, type Observation, observations } from "./testing.ts";

/** One sample of every known format with the points a correct parser yields; kept outside the repository. */
const FOLDER = new URL("../../../shared/formats/samples/", import.meta.url);
const SUFFIX = ".expected.json";

/** What clients send to a server: read there. */
const PROTOCOLS = ["mlflow_rest", "wandb_online"];

type ExpectedPoint = { step: number | null; values: Record<string, number | string> };
type Expected = { sample: string; step_tolerance?: number; max_steps?: number; points: ExpectedPoint[] };

/** How a sample was read. A point is wrong when its step has another value of the same name, missing when it has none. */
export type SampleScore = {
  name: string;
  right: number;
  wrong: ExpectedPoint[];
  missing: ExpectedPoint[];
  /** The total that the log shows was told, where it shows one. */
  toldMaxSteps: boolean;
  passed: boolean;
};

export const samplesAreHere = existsSync(FOLDER);

/** Names of the formats of logs and metric files, sorted. Those of GPU tools are not read here. */
export function sampleNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((name) => {
      const first = expectedOf(name).points?.[0];
      return first?.values && !("device" in first) && !PROTOCOLS.includes(name);
    })
    .sort();
}

/** The lines of every sample of text, for what is done to lines alone. */
export function sampleLines(): string[] {
  return sampleNames().flatMap((name) =>
    filesOf(expectedOf(name).sample).flatMap((file) => {
      const bytes = readFileSync(file);
      return bytes.includes(0) ? [] : bytes.toString("utf8").split(/\r?\n|\r/);
    }),
  );
}

export function scoreSample(name: string): SampleScore {
  const expected = expectedOf(name);
  const { found, maxSteps } = readSample(expected.sample);
  const wrong: ExpectedPoint[] = [];
  const missing: ExpectedPoint[] = [];
  for (const point of expected.points) {
    if (isFound(point, expected, found)) continue;
    const isThere = found.some(
      ({ step, values }) => step === point.step && Object.keys(point.values).some((key) => values.has(key)),
    );
    (isThere ? wrong : missing).push(point);
  }
  const toldMaxSteps = expected.max_steps === undefined || maxSteps.includes(expected.max_steps);
  const right = expected.points.length - wrong.length - missing.length;
  return {
    ...{ name, right, wrong, missing, toldMaxSteps },
    passed: right === expected.points.length && toldMaxSteps,
  };
}

const expectedOf = (name: string): Expected => JSON.parse(readFileSync(new URL(`${name}${SUFFIX}`, FOLDER), "utf8"));

/** A sample is a file, or a folder of MLflow's with a file for each metric. */
function filesOf(sample: string): URL[] {
  const place = new URL(sample, FOLDER);
  if (!sample.endsWith("/")) return [place];
  const entries = readdirSync(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && `${entry.parentPath}/`.includes("/metrics/"))
    .map((entry) => pathToFileURL(`${entry.parentPath}/${entry.name}`));
}

function readSample(sample: string): { found: Observation[]; maxSteps: (number | null)[] } {
  const maxSteps: (number | null)[] = [];
  const found: Observation[] = [];
  for (const file of filesOf(sample)) {
    const path = fileURLToPath(file);
    const reader = openReader({ path });
    for (const segment of fileSegments(path, readFileSync(file))) {
      reader.push(segment);
      const known = reader.facts().maxSteps;
      if (known !== maxSteps.at(-1)) maxSteps.push(known);
    }
    reader.flush();
    found.push(...observations(reader.take().groups));
  }
  return { found, maxSteps };
}

/** A line without a step that a parser may give to the last step or drop; ours gives it. */
const TOLERATED = new Set(["generic_kv.log:1010"]);

/** Each value must be there at its step, and no value at that step may be one that no expected point has. */
function isFound(point: ExpectedPoint, expected: Expected, found: readonly Observation[]): boolean {
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
