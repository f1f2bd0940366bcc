import type { StepSource } from "#lib/protocol/index.ts";
import type { SiblingEvidence } from "./siblings/compare.ts";

/** What one line of a log measured: several metrics at one step. */
export type Observation = {
  /** The optimiser's step, or the ordinal of the record where nothing told it. */
  step: number;
  /** Epoch ms; NaN when neither line nor file told a time. */
  at: number;
  /** Rises by one with every (re)start of the run. */
  attempt: number;
  values: ReadonlyMap<string, number> | Iterable<readonly [string, number]>;
};

/** What is known of the run beside its measurements. May come late, and change. */
export type RunContext = {
  /** The planned last step, or null when nothing told it. */
  maxSteps: number | null;
  stepSource: StepSource | null;
  /** Whether the log has come to its end: what it holds is all there will be. */
  ended: boolean;
  /** Hyperparameters as the trainer wrote them down, nested keys joined with dots; a value that is not there is not known. */
  config: RunConfig;
  /** How the run stands among runs that differ from it in the learning rate; null while there are too few. */
  siblings: SiblingEvidence | null;
};

export type RunConfig = Readonly<Record<string, string | number | boolean | null>>;

/** An observation reduced to what the judges read; a metric that the line did not have is undefined. */
export type Reading = {
  step: number;
  at: number;
  attempt: number;
  loss: number | undefined;
  evalLoss: number | undefined;
  /** The metric that the run is stopped by, where it is none of the others. */
  monitored: number | undefined;
  rate: number | undefined;
  gradNorm: number | undefined;
  epoch: number | undefined;
  lossScale: number | undefined;
  tokensPerSecond: number | undefined;
  /** Updates that the loss scaler skipped since the record before, as Megatron counts them. */
  skippedUpdates: number | undefined;
};

/** Values beyond this are judged as this: their squares still fit a double. */
export const LARGEST = 1e150;
