import {
  detached,
  isEvaluationName,
  isMetricName,
  isStep,
  METRIC,
  meaningOf,
  parseFraction,
  parseNumber,
} from "#lib/protocol/index.ts";
import { parseTimestamp } from "./timestamps.ts";

/** `train` records count as log records; an evaluation belongs to the step before it; a summary closes a run. */
export type ReadingKind = "train" | "eval" | "other" | "summary";

/** What one dialect read from one line. `names` and `values` run together; `names` is shared and must not be changed. */
export type Reading = {
  format: string;
  kind: ReadingKind;
  names: readonly string[];
  values: number[];
  /** Keys as printed, for telling a person why this line was taken. */
  printed: readonly string[];
  step: number | null;
  /** True when `step` is an epoch's number, because the program counts nothing else. */
  stepIsEpoch: boolean;
  maxSteps: number | null;
  epoch: number | null;
  rank: number | null;
  /** The line's own clock, epoch ms; NaN when it tells none. */
  at: number;
  /** The program says that this was its last record. */
  isLast: boolean;
};

export type Field = number | string | null;

export type PairOptions = {
  /** The line around the pairs speaks of an evaluation, so a bare `loss` is the evaluation's. */
  isEvaluation?: boolean;
  /** It is known that this is a record, whatever its metrics are called. */
  anyMetric?: boolean;
  /** Every metric keeps the name that is printed. */
  isRaw?: boolean;
};

/** Bounds one record, so that a line of 64 KiB cannot open thousands of series. */
const MAX_FIELDS = 1000;

/**
 * Makes a reading of key and value pairs, in the order printed; null when none of them says that this is a record. A number,
 * or a text that is one as a whole, is a value; `n/N` is a step or an epoch with its total.
 */
export function readPairs(
  format: string,
  keys: readonly string[],
  fields: readonly Field[],
  options: PairOptions = {},
): Reading | null {
  const shape = shapeOf(keys, options.isEvaluation ?? false, options.isRaw ?? false);
  const reading: Reading = {
    format,
    kind: "other",
    names: shape.names,
    values: [],
    printed: shape.keys,
    step: null,
    stepIsEpoch: false,
    maxSteps: null,
    epoch: null,
    rank: null,
    at: Number.NaN,
    isLast: false,
  };
  let names: string[] | null = null;
  const { roles } = shape;
  for (let i = 0; i < roles.length; i += 1) {
    const role = roles[i]!;
    const field = fields[i] ?? null;
    if (role.role === "value") {
      const value = typeof field === "number" ? field : numberOf(role.name, field);
      if (value === null) {
        names ??= shape.names.slice(0, reading.values.length);
        continue;
      }
      names?.push(role.name);
      reading.values.push(value);
      if (role.name === METRIC.epoch) reading.epoch = value;
    } else if (role.role === "time") {
      const at = parseTimestamp(field);
      if (!Number.isNaN(at)) reading.at = at;
      // `time: 0.52` is how long a step took.
      if (Number.isNaN(at) && typeof field === "number") {
        names ??= shape.names.slice(0, reading.values.length);
        names.push(role.name);
        reading.values.push(field);
      }
    } else if (role.role !== "ignored") {
      readBookkeeping(reading, role.role, field);
    }
  }
  if (names) reading.names = names;
  if (reading.values.length === 0) return null;
  const flags = names ? flagsOf(names) : shape.flags;
  reading.kind = shape.isSummary ? "summary" : kindOf(flags);
  return options.anyMetric || isRecord(reading, shape, flags) ? reading : null;
}

type Role = { role: "value" | "time"; name: string } | { role: "step" | "maxSteps" | "rank" | "ignored" };
type Flags = { trainLoss: boolean; evalLoss: boolean; evaluation: boolean; rate: boolean; metric: boolean };
type Shape = {
  keys: readonly string[];
  isEvaluation: boolean;
  isRaw: boolean;
  roles: Role[];
  names: string[];
  flags: Flags;
  isSummary: boolean;
};

const SHAPES = 64;
const shapes: Shape[] = [];

/** The list of keys that was asked for last, and its shape: the same list needs no comparing. */
let recent: { keys: readonly string[]; shape: Shape } | null = null;

/** Lines of one program have the same keys over and over: what they mean is worked out once. */
function shapeOf(keys: readonly string[], isEvaluation: boolean, isRaw: boolean): Shape {
  if (recent?.keys === keys && recent.shape.isEvaluation === isEvaluation && recent.shape.isRaw === isRaw)
    return recent.shape;
  const shape = knownShape(keys, isEvaluation, isRaw);
  recent = { keys, shape };
  return shape;
}

function knownShape(keys: readonly string[], isEvaluation: boolean, isRaw: boolean): Shape {
  for (let i = 0; i < shapes.length; i += 1) {
    const shape = shapes[i]!;
    if (shape.isRaw !== isRaw || !isSameShape(shape, keys, isEvaluation)) continue;
    if (i > 0) {
      shapes[i] = shapes[0]!;
      shapes[0] = shape;
    }
    return shape;
  }
  const shape = makeShape(keys.slice(0, MAX_FIELDS).map(detached), isEvaluation, isRaw);
  shapes.unshift(shape);
  if (shapes.length > SHAPES) shapes.pop();
  return shape;
}

function isSameShape(shape: Shape, keys: readonly string[], isEvaluation: boolean): boolean {
  const known = shape.keys;
  if (shape.isEvaluation !== isEvaluation || known.length !== Math.min(keys.length, MAX_FIELDS)) return false;
  for (let i = 0; i < known.length; i += 1) if (known[i] !== keys[i]) return false;
  return true;
}

function makeShape(keys: readonly string[], isEvaluation: boolean, isRaw: boolean): Shape {
  const isSummary = keys.includes("train_runtime");
  const isLlamaFactory = keys.includes("current_steps");
  const isNemo = keys.includes("reduced_train_loss");
  const taken = new Set<string>();
  const names: string[] = [];
  const roles = keys.map((printed): Role => {
    const meaning = meaningOf(printed);
    if (meaning.role === "time") {
      const isRepeated = taken.has(printed);
      taken.add(printed);
      return isRepeated ? { role: "ignored" } : { role: "time", name: printed.trim() };
    }
    if (meaning.role !== "value") return { role: meaning.role };
    let { name } = meaning;
    if (isSummary && name !== METRIC.epoch) name = printed;
    if (isLlamaFactory && printed === "throughput") name = METRIC.tokensPerSecond;
    // NeMo's bar shows a smoothed copy beside the loss itself.
    if (isNemo && printed === "loss") name = printed;
    if (isRaw && name !== METRIC.epoch) name = printed;
    if (isEvaluation && name === METRIC.trainLoss) name = METRIC.evalLoss;
    // Two keys of one line may mean the same (loss and lm_loss): the first has the name, the other keeps its own.
    if (taken.has(name)) name = printed;
    if (taken.has(name)) return { role: "ignored" };
    taken.add(name);
    names.push(name);
    return { role: "value", name };
  });
  return { keys, isEvaluation, isRaw, roles, names, flags: flagsOf(names), isSummary };
}

function numberOf(name: string, field: string | null): number | null {
  if (field === null) return null;
  // A list is one value per parameter group where a rate is meant, and no metric elsewhere.
  if (field.startsWith("[") && name !== METRIC.learningRate && name !== "mom" && name !== METRIC.trainLoss) return null;
  return parseNumber(field) ?? (name === METRIC.epoch ? (parseFraction(field)?.count ?? null) : null);
}

function readBookkeeping(reading: Reading, role: "step" | "maxSteps" | "rank", field: Field): void {
  const fraction = typeof field === "string" ? parseFraction(field) : null;
  const value = typeof field === "string" ? (fraction?.count ?? parseNumber(field)) : field;
  if (!isStep(value)) return;
  if (role === "rank") reading.rank = value;
  if (role === "maxSteps" && value > 0) reading.maxSteps = value;
  if (role === "step" && reading.step === null) {
    reading.step = value;
    if (fraction && isStep(fraction.total) && fraction.total > 0) reading.maxSteps = fraction.total;
  }
}

function flagsOf(names: readonly string[]): Flags {
  return {
    trainLoss: names.includes(METRIC.trainLoss),
    evalLoss: names.includes(METRIC.evalLoss),
    evaluation: names.some(isEvaluationName),
    rate: names.includes(METRIC.learningRate) || names.includes(METRIC.gradNorm),
    metric: names.some(isMetricName),
  };
}

function kindOf(flags: Flags): ReadingKind {
  if (flags.trainLoss) return "train";
  if (flags.evaluation) return "eval";
  return flags.rate ? "train" : "other";
}

/** Numbers alone are not a record: a loss is, a summary is, and so is a metric beside a step or an epoch. */
function isRecord(reading: Reading, shape: Shape, flags: Flags): boolean {
  if (flags.trainLoss || flags.evalLoss || shape.isSummary) return true;
  if (reading.step !== null) return flags.metric;
  return reading.epoch !== null && flags.evaluation;
}
