import { type BacktestRun, backtest, type ForecastScore } from "../backtest.ts";
import { type Curve, observationsOf, publicCurves, sweep, trainingCurves, type Variant } from "../curves.ts";

/** Forecasts at 30, 50 and 70 % of the run against what came: the band is said to hold 80 % of outcomes. */
export function measureForecasts(): Record<string, ForecastScore> {
  const trainings = trainingCurves();
  return {
    a: backtest(sweep("a").map((curve) => runOf(curve))),
    b: backtest(sweep("b").map((curve) => runOf(curve))),
    trainings: backtest(trainings.map((curve) => runOf(curve))),
    "b-rate-withheld": backtest(sweep("b").map((curve) => runOf(curve, { rate: false }))),
    public: backtest(publicCurves().map((curve) => runOf(curve))),
  };
}

function runOf(curve: Curve, variant: Variant = {}): BacktestRun {
  const maxSteps = curve.maxSteps ?? curve.step[curve.step.length - 1]!;
  return { group: curve.family, maxSteps, observations: [...observationsOf(curve, variant)] };
}
