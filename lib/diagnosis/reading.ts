import { METRIC } from "#lib/protocol/index.ts";
import type { Observation, Reading } from "./observation.ts";

/** Picks what the judges read; an observation without a place in the run (a step that is no number) counts for nothing. */
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
    switch (name) {
      case METRIC.trainLoss:
        reading.loss = value + 0;
        break;
      case METRIC.evalLoss:
        reading.evalLoss = value + 0;
        break;
      case METRIC.learningRate:
        reading.rate = value + 0;
        break;
      case METRIC.gradNorm:
        reading.gradNorm = value + 0;
        break;
      case METRIC.epoch:
        reading.epoch = value + 0;
        break;
      case METRIC.lossScale:
        reading.lossScale = value + 0;
        break;
      case METRIC.tokensPerSecond:
        reading.tokensPerSecond = value + 0;
        break;
      case monitor:
        reading.monitored = value + 0;
        break;
      case "number of skipped iterations":
        reading.skippedUpdates = value + 0;
        break;
    }
  }
  return reading;
}
