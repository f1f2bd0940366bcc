import { METRIC } from "#lib/protocol/index.ts";
import type { Observation, Reading } from "./observation.ts";

type Measured = Exclude<keyof Reading, "step" | "at" | "attempt">;

const FIELDS: ReadonlyMap<string, Measured> = new Map([
  [METRIC.trainLoss, "loss"],
  [METRIC.evalLoss, "evalLoss"],
  [METRIC.learningRate, "rate"],
  [METRIC.gradNorm, "gradNorm"],
  [METRIC.epoch, "epoch"],
  [METRIC.lossScale, "lossScale"],
  [METRIC.tokensPerSecond, "tokensPerSecond"],
  ["number of skipped iterations", "skippedUpdates"],
]);

/**
 * Picks what the judges read.
 *
 * @param monitor the metric that the run is stopped by, where that is none of the others
 */
export function readObservation({ step, at, attempt, values }: Observation, monitor: string): Reading {
  // Adding 0 turns −0, which JSON cannot write, into 0.
  const reading: Reading = {
    step: step + 0,
    at,
    attempt,
    loss: undefined,
    evalLoss: undefined,
    monitored: undefined,
    rate: undefined,
    gradNorm: undefined,
    epoch: undefined,
    lossScale: undefined,
    tokensPerSecond: undefined,
    skippedUpdates: undefined,
  };
  for (const [name, value] of values) {
    const field = FIELDS.get(name) ?? (name === monitor ? "monitored" : undefined);
    if (field !== undefined) reading[field] = value + 0;
  }
  return reading;
}
