import { mean, median, significant } from "#lib/core/index.ts";
import { type DiagnosisView, METRIC, type Schedule } from "#lib/protocol/index.ts";
import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import type { Reading, RunContext } from "../observation.ts";
import type { EngineState } from "../state.ts";
import { configuredStopping, direction, type StoppingConfig } from "./config.ts";
import {
  type EvalPoint,
  type EvalSeries,
  evalNoise,
  isRepeat,
  newEvalSeries,
  pushEvalPoint,
  rewindEvals,
} from "./evals.ts";
import { expectedGain, shown } from "./expected-gain.ts";
import { checkStopper, newStopper, type Stopper } from "./stopper.ts";

/**
 * What an early stop rests on (DIAGNOSIS.md §4): the evaluation loss, the metric that the run is stopped by where that is
 * another, and what the run's own early stopping (or ours) makes of it.
 */
export type EvalWatch = EvalSeries & {
  /** Of another metric than the evaluation loss; null while there is none. */
  monitored: EvalSeries | null;
  stopper: Stopper;
  /** The settings that the stopper has counted by. */
  settings: string;
};

export const newEvalWatch = (): EvalWatch => ({
  ...newEvalSeries(),
  monitored: null,
  stopper: newStopper(),
  settings: "",
});

/** Ours: patience is a tenth of the evaluations that the run will have, five at least (DIAGNOSIS.md §4.2) … */
const PATIENCE_SHARE = 0.1;
/** … but three for a fine-tuning of at most ten epochs, which overfits within a few, and is evaluated once or twice in each. */
const FINE_TUNING = { epochs: 10, evals: 20, patience: 3 } as const;

/** Takes what a reading evaluated; settings that became known late are counted by from the start, as far as it is kept. */
export function watchEvals({ evals: watch, curve, context }: EngineState, reading: Reading): void {
  if (reading.evalLoss === undefined && reading.monitored === undefined) return;
  const config = configuredStopping(context.config);
  const settings = Object.values(config).join();
  if (settings !== watch.settings) {
    watch.settings = settings;
    watch.monitored = null; // it may have been of another metric
    recount(watch, config, context);
  }
  const { step, evalLoss, monitored } = reading;
  const now = {
    step,
    area: significant(curve.area, 5),
    rate: significant(curve.rate, 5),
    train: median(curve.latest),
  };
  if (evalLoss !== undefined) {
    const isMonitored = config.monitor === METRIC.evalLoss;
    take(watch, watch, { ...now, value: evalLoss }, isMonitored ? config : null, context);
  }
  if (monitored !== undefined) {
    watch.monitored ??= newEvalSeries();
    take(watch, watch.monitored, { ...now, value: monitored }, config, context);
  }
}

/** @param config the stopper's, when the series is the one it watches */
function take(
  watch: EvalWatch,
  series: EvalSeries,
  point: EvalPoint,
  config: StoppingConfig | null,
  context: RunContext,
): void {
  const sign = config === null ? 1 : direction(config);
  if (isRepeat(series, point.step, point.value)) return;
  if (series.count > 0 && point.step < series.lastStep) {
    rewindEvals(series, point.step, sign);
    if (config !== null) recount(watch, config, context);
  }
  // What counts is judged by what was known before.
  if (config !== null) checkStopper(watch.stopper, resolved(config, series, context), point.value);
  pushEvalPoint(series, point, sign);
}

function recount(watch: EvalWatch, config: StoppingConfig, context: RunContext): void {
  watch.stopper = newStopper();
  const series = stoppedBy(watch, config);
  for (const value of series?.kept.value ?? []) checkStopper(watch.stopper, resolved(config, series!, context), value);
}

const stoppedBy = (watch: EvalWatch, { monitor }: StoppingConfig): EvalSeries | null =>
  monitor === METRIC.evalLoss ? watch : watch.monitored;

/** Ours made definite: gains below twice the evaluation's own noise do not count. */
function resolved(config: StoppingConfig, series: EvalSeries, context: RunContext): StoppingConfig {
  if (config.dialect !== "native") return config;
  return { ...config, min_delta: 2 * evalNoise(series), patience: nativePatience(series, context) };
}

function nativePatience(series: EvalSeries, { maxSteps, config }: RunContext): number {
  const spacing = (series.lastStep - series.firstStep) / (series.count - 1);
  if (maxSteps === null || !(spacing > 0)) return 5;
  const expected = maxSteps / spacing;
  const epochs = Number(config.num_train_epochs ?? config.num_epochs ?? Number.NaN);
  const isFineTuning = epochs > 1 && epochs <= FINE_TUNING.epochs && !(Number(config.max_steps) > 0);
  if (isFineTuning && expected <= FINE_TUNING.evals) return FINE_TUNING.patience;
  return Math.max(5, Math.ceil(PATIENCE_SHARE * expected));
}

export function earlyStoppingView(state: EngineState, schedule: Schedule | null): DiagnosisView["earlyStopping"] {
  const { evals, context, curve } = state;
  const config = configuredStopping(context.config);
  const series = stoppedBy(evals, config);
  if (series === null || series.best === null) return null;
  const { dialect, patience } = resolved(config, series, context);
  const sign = direction(config);
  const { best } = series;
  return {
    metric: config.monitor,
    best: { step: best.step, value: best.value },
    evalsSinceBest: series.sinceBest,
    wouldStop: evals.stopper.fires !== null,
    patience,
    dialect,
    gl: sign === 1 ? generalisationLoss(series) : null,
    pq: sign === 1 ? generalisationQuotient(series, curve) : null,
    expectedGain: expectedGain(series, sign, state, schedule),
  };
}

/** Prechelt's GL in percent: the last evaluation above the best. It needs a metric with a meaningful zero. */
function generalisationLoss({ best, recent }: EvalSeries): number | null {
  if (best === null || !(best.value > 0)) return null;
  return shown(100 * ((recent.at(-1)?.value ?? Number.NaN) / best.value - 1));
}

/** Prechelt's PQ: GL over what training still gains, the mean of its last strip above the least of it in per mille. */
function generalisationQuotient(series: EvalSeries, { history }: LossCurve): number | null {
  const gl = generalisationLoss(series);
  if (gl === null || history.count < STRIP) return null;
  const strip = Array.from({ length: STRIP }, (_, i) => bucketMean(history, history.count - STRIP + i));
  const least = Math.min(...strip);
  const progress = 1000 * (mean(strip) / least - 1);
  return least > 0 && progress > 0 ? shown(gl / progress) : null;
}

/** Buckets of a strip; Prechelt takes five epochs. */
const STRIP = 5;
