/** Metric names that mean the same in every log; every other metric keeps the name its program printed. */
export const METRIC = {
  trainLoss: "train/loss",
  evalLoss: "eval/loss",
  learningRate: "learning_rate",
  gradNorm: "grad_norm",
  epoch: "epoch",
  tokensPerSecond: "tokens_per_second",
  lossScale: "loss_scale",
} as const;

/** Metrics that count a run's progress along the axes beside step and time; of several, the first a record has is its place. */
export const AXIS_METRICS = {
  epoch: [METRIC.epoch],
  tokens: ["num_tokens", "num_input_tokens_seen"],
} as const satisfies Record<string, readonly string[]>;

/**
 * What is read of a GPU, named as nvidia-smi names it: %, MiB, MiB, °C, W, W, MHz; why its clocks are held down, as a bit
 * mask; memory errors that could not be corrected, since the driver was loaded.
 */
export const GPU_METRICS = [
  "utilization.gpu",
  "memory.used",
  "memory.total",
  "temperature.gpu",
  "power.draw",
  "enforced.power.limit",
  "clocks.sm",
  "clocks_event_reasons.active",
  "ecc.errors.uncorrected.volatile.total",
] as const;
export type GpuMetric = (typeof GPU_METRICS)[number];

/** How the loss curve looks, worst first: when several are true, the first is the verdict and the others are `also`. */
export const VERDICTS = [
  "nan",
  "diverging",
  "oscillating",
  "overfitting",
  "spike",
  "too_slow",
  "plateau",
  "healthy",
  "reading",
] as const;
export type VerdictName = (typeof VERDICTS)[number];

export const SEVERITIES = ["good", "note", "caution", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the process is doing, as far as we can tell from outside. Never to be confused with the verdict. */
export const RUN_STATES = ["waiting", "running", "quiet", "lost", "finished", "failed"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Where a record's step came from. `ordinal`: nothing told it, so it is the number of the record in the log. */
export const STEP_SOURCES = ["printed", "bar", "epoch", "ordinal"] as const;
export type StepSource = (typeof STEP_SOURCES)[number];

export const LR_JUDGEMENTS = ["too_high", "too_low", "fine", "unknown"] as const;
export type LrJudgement = (typeof LR_JUDGEMENTS)[number];

export const LANGUAGES = ["en", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];
