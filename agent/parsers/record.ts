import { isStep, METRIC, parseNumber } from "#lib/protocol/index.ts";
import type { Line } from "./dialect.ts";
import { type Field, type PairOptions, type Reading, type ReadingKind, readPairs } from "./reading.ts";

/** Keys and their values, in the order printed. */
export type Pairs = { keys: string[]; fields: Field[] };
/** Those that somebody else has gathered; see `Literal`. */
type GivenPairs = { keys: readonly string[]; fields: readonly Field[] };

export type RecordOptions = PairOptions & {
  step?: number | null;
  stepIsEpoch?: boolean;
  maxSteps?: number | null;
  /** Where the names alone do not tell. */
  kind?: ReadingKind;
};

/** Makes a list of texts to pairs; a text that is no number is no value. */
export function pairsOf(entries: readonly (readonly [string, string | undefined])[]): Pairs {
  const told = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { keys: told.map(([key]) => key), fields: told.map(([, text]) => parseNumber(text)) };
}

/**
 * The record of a line that its dialect knows to be one: any metric will do, and the line's head gives clock and rank. Null
 * when there is no value.
 */
export function record(line: Line, format: string, pairs: GivenPairs, options: RecordOptions = {}): Reading[] | null {
  const { step, stepIsEpoch = false, maxSteps, kind } = options;
  const reading = readPairs(format, pairs.keys, pairs.fields, {
    anyMetric: true,
    isEvaluation: options.isEvaluation ?? false,
    isRaw: options.isRaw ?? false,
  });
  if (!reading) return null;
  if (step !== undefined) reading.step = isStep(step) ? step : null;
  reading.stepIsEpoch = stepIsEpoch && reading.step !== null;
  if (maxSteps !== undefined && (maxSteps === null || isStep(maxSteps))) reading.maxSteps = maxSteps || null;
  if (kind) reading.kind = kind;
  if (Number.isNaN(reading.at)) reading.at = line.head.at;
  reading.rank ??= line.head.rank;
  return [reading];
}

/** The averages of a whole epoch are not the loss of its last step: it keeps the name under which they are printed. */
export function asEpochAverage(readings: Reading[] | null, name = "train_loss"): Reading[] | null {
  return (
    readings?.map((reading) => ({
      ...reading,
      kind: "other",
      names: reading.names.map((known) => (known === METRIC.trainLoss ? name : known)),
    })) ?? null
  );
}
