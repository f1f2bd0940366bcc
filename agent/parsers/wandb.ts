import { type Config, isStep, parseNumber } from "#lib/protocol/index.ts";
import { parseConfig } from "../config/index.ts";
import { scanLiteral } from "./literal.ts";
import { protoFields, protoText } from "./protobuf.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/**
 * One record of a W&B transaction log: the values of a step, the config, the end, or a line of the console; others tell nothing
 * of the training. `wandb/wandb:wandb/proto/wandb_internal.proto`.
 *
 * A key is `key`, or `nested_key` joined with dots: newer clients write the second even for flat keys. Values are JSON with bare
 * `NaN`. `_step`, `_timestamp` and `_runtime` are the program's own.
 */
export type WandbRecord = {
  readings: Reading[];
  config: Config | null;
  /** What the person called the run, and its project. */
  title: { name: string; project: string } | null;
  /** Exit code of the program, when it has ended. */
  exit: number | null;
  /** What the program printed. */
  output: string;
};

const HISTORY = 2;
const OUTPUT = 4;
const OUTPUT_RAW = 13;
const RUN = 17;
const EXIT = 18;
const CONFIG = 5;

export function readWandbRecord(record: Uint8Array): WandbRecord {
  const told: WandbRecord = { readings: [], config: null, title: null, exit: null, output: "" };
  for (const { number, bytes } of protoFields(record)) {
    if (number === HISTORY) told.readings = readHistory(bytes);
    if (number === RUN) readRun(bytes, told);
    if (number === CONFIG) told.config = readConfig(bytes);
    if (number === EXIT) told.exit = exitCode(bytes);
    if (number === OUTPUT || number === OUTPUT_RAW) told.output = outputOf(bytes);
  }
  return told;
}

function readRun(run: Uint8Array, told: WandbRecord): void {
  const title = { name: "", project: "" };
  for (const { number, bytes } of protoFields(run)) {
    if (number === 3) title.project = protoText(bytes).slice(0, 200);
    if (number === 4) told.config = readConfig(bytes);
    if (number === 8) title.name = protoText(bytes).slice(0, 200);
  }
  if (title.name !== "") told.title = title;
}

type Item = { path: string[]; json: string };

function readItem(message: Uint8Array): Item {
  let key = "";
  const nested: string[] = [];
  let json = "";
  for (const { number, bytes } of protoFields(message)) {
    if (number === 1) key = protoText(bytes);
    if (number === 2) nested.push(protoText(bytes));
    if (number === 16) json = protoText(bytes);
  }
  return { path: key !== "" ? [key] : nested, json };
}

function readHistory(history: Uint8Array): Reading[] {
  const keys: string[] = [];
  const fields: Field[] = [];
  let step: number | null = null;
  for (const { number, bytes } of protoFields(history)) {
    if (number === 2) {
      // A step of zero is not on the wire.
      step = 0;
      for (const field of protoFields(bytes)) if (field.number === 1) step = field.value;
    }
    if (number !== 1) continue;
    const { path, json } = readItem(bytes);
    addValue(path.join("."), json, keys, fields);
  }
  const own = keys.indexOf("_step");
  const printed = fields[own];
  if (step === null && typeof printed === "number" && isStep(printed)) step = printed;
  if (step === null) return [];
  const kept = keys.flatMap((key, i) => (key.startsWith("_") && key !== "_timestamp" ? [] : [i]));
  const reading = readPairs(
    "wandb",
    ["_step", ...kept.map((i) => keys[i]!)],
    [step, ...kept.map((i) => fields[i] ?? null)],
    { anyMetric: true },
  );
  return reading ? [{ ...reading, at: Math.round(reading.at) }] : [];
}

/** A number, or an object of numbers whose keys are joined on; histograms, images and tables (`_type`) are no values. */
function addValue(key: string, json: string, keys: string[], fields: Field[]): void {
  if (key === "" || json === "" || json.startsWith('"') || json.startsWith("[")) return;
  if (!json.startsWith("{")) {
    const value = parseNumber(json);
    if (value === null) return;
    keys.push(key);
    fields.push(value);
    return;
  }
  const literal = scanLiteral(json, 0);
  if (!literal || literal.keys.includes("_type")) return;
  for (const [i, inner] of literal.keys.entries()) {
    const field = literal.fields[i];
    if (typeof field !== "number") continue;
    keys.push(`${key}.${inner.replaceAll("/", ".")}`);
    fields.push(field);
  }
}

/** As a file of JSON would have it, without what the client notes of itself. */
function readConfig(record: Uint8Array): Config | null {
  const members: string[] = [];
  for (const { number, bytes } of protoFields(record)) {
    if (number !== 1) continue;
    const { path, json } = readItem(bytes);
    if (path.length > 0 && json !== "" && path[0] !== "_wandb")
      members.push(`${JSON.stringify(path.join("."))}:${json}`);
  }
  return members.length > 0 ? parseConfig("config.json", `{${members.join(",")}}`) : null;
}

function exitCode(exit: Uint8Array): number {
  for (const { number, value } of protoFields(exit)) if (number === 1) return value;
  return 0;
}

function outputOf(output: Uint8Array): string {
  for (const { number, bytes } of protoFields(output)) if (number === 3) return protoText(bytes);
  return "";
}
