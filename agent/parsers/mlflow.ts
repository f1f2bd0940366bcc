import { isStep, parseNumber } from "#lib/protocol/index.ts";
import { type Reading, readPairs } from "./reading.ts";

/**
 * A metric file of MLflow's file store, `mlruns/<experiment>/<run>/metrics/<key>`: one `timestamp_ms value step` a line, older
 * ones without the step, newer ones with more behind it; `/` in a key makes folders.
 * `mlflow/mlflow:mlflow/store/tracking/file_store.py`.
 */
const LINE = /^(\d{12,14}) (\S{1,40})(?: (-?\d{1,15})(?: .*)?)?$/;

/** @param hasSteps lines before had a step, so one without it is cut */
export function readMlflowLine(metric: string, text: string, hasSteps: boolean): Reading[] {
  const [, timestamp, word = "", third] = LINE.exec(text) ?? [];
  if (third === undefined && hasSteps) return [];
  const printed = third ?? "0";
  const value = parseNumber(word);
  const step = Number(printed);
  if (timestamp === undefined || value === null || !isStep(step)) return [];
  const reading = readPairs("mlflow", ["step", metric], [step, value], { anyMetric: true });
  return reading ? [{ ...reading, at: Number(timestamp) }] : [];
}
