import { mean, median } from "#lib/core/index.ts";
import type { Observation } from "#lib/diagnosis/index.ts";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import { METRIC } from "#lib/protocol/index.ts";
import { rounded } from "./scores.ts";

/**
 * Forecasts held against what came: each run is read to 30, 50 and 70 % and its forecast compared with the mean of the
 * losses of its last twentieth.
 */
export type BacktestRun = {
  /** Runs are counted together by this. */
  group: string;
  maxSteps: number;
  observations: readonly Observation[];
};

export type ForecastScore = {
  /** Forecasts made. */
  count: number;
  /** Share of outcomes within the band, and below it; the band is said to hold 0.8. */
  coverage: number;
  below: number;
  /** Medians, as shares of the progress at the time: the band's width, the error, and the error of "nothing more comes". */
  width: number;
  error: number;
  persistence: number;
};

export type Forecasted = {
  group: string;
  at: number;
  value: number;
  low: number;
  high: number;
  level: number;
  progress: number;
  outcome: number;
};

export const CUTS = [0.3, 0.5, 0.7] as const;

/** The forecasts of one run; none where the loss is not finite to the end. */
export function forecasts({ group, maxSteps, observations }: BacktestRun): Forecasted[] {
  const losses = observations.flatMap(({ step, values }) => {
    const loss = new Map(values).get(METRIC.trainLoss);
    return loss === undefined ? [] : [{ step, loss }];
  });
  const first = losses[0]?.step ?? 0;
  const tail = losses.filter(({ step }) => step > maxSteps - 0.05 * (maxSteps - first)).map(({ loss }) => loss);
  const outcome = mean(tail);
  if (!Number.isFinite(outcome)) return [];
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps });
  const made: Forecasted[] = [];
  let read = 0;
  for (const at of CUTS) {
    const from = read;
    while (read < observations.length && observations[read]!.step <= first + at * (maxSteps - first)) read++;
    engine.observe(observations.slice(from, read));
    const { forecast, trend } = engine.view();
    if (forecast === null) continue;
    const edge = Math.max(2, trend.value.length >> 4);
    const level = mean(trend.value, trend.value.length - edge);
    made.push({ group, at, ...forecast, level, progress: losses[0]!.loss - level, outcome });
  }
  return made;
}

export function backtest(runs: Iterable<BacktestRun>): ForecastScore {
  return score([...runs].flatMap(forecasts));
}

export function score(made: readonly Forecasted[]): ForecastScore {
  const share = (is: (f: Forecasted) => boolean): number => mean(made.map((f) => (is(f) ? 1 : 0)));
  const typical = (of: (f: Forecasted) => number): number =>
    median(made.filter((f) => f.progress > 0).map((f) => of(f) / f.progress));
  return {
    count: made.length,
    coverage: rounded(share((f) => f.outcome >= f.low && f.outcome <= f.high)),
    below: rounded(share((f) => f.outcome < f.low)),
    width: rounded(typical((f) => f.high - f.low)),
    error: rounded(typical((f) => Math.abs(f.outcome - f.value))),
    persistence: rounded(typical((f) => Math.abs(f.outcome - f.level))),
  };
}
