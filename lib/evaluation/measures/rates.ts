import { type Curve, publicCurves, sweep, trainingCurves, type Variant } from "../curves.ts";
import { type JudgedCurve, judgeCurve } from "../judged-curve.ts";
import { macroF1, rounded } from "../scores.ts";

/** At which shares of a run the judgement of its rate is scored. */
export const SHARES = [0.15, 0.3, 0.5, 0.75, 1] as const;

export type RateScore = {
  runs: number;
  /** Macro-F1 over too high, fine and too low at each share; what claims nothing counts as missed. */
  f1: number[];
  /** Its mean over 50, 75 and 100 %. */
  f1Late: number | null;
  good: number;
  /** Good runs with any pushed alert, and the alerts per 1,000 points of good runs. */
  falselyAlarmed: number;
  alarmsPer1000: number;
  /** Share of the runs at too high and at too low a rate that were told so by a push. */
  recallHigh: number | null;
  recallLow: number | null;
  /** Verdict changes per 10,000 steps of the good runs. */
  changesPer10k: number;
  byRule: Record<string, number>;
};

const TOLD_HIGH = new Set(["oscillating", "diverging", "nan", "lr.too_high"]);
const TOLD_LOW = new Set(["too_slow", "lr.too_low"]);

export function rateScore(judged: readonly JudgedCurve[]): RateScore {
  const classes = new Set(judged.map(({ curve }) => curve.truth));
  const f1 =
    classes.size < 2
      ? []
      : SHARES.map((_, i) => macroF1(judged.map(({ curve, said }) => ({ truth: curve.truth!, said: said[i]! }))));
  const good = judged.filter(({ curve }) => curve.truth === "OK");
  const alerts = good.flatMap((run) => run.alerts);
  const byRule: Record<string, number> = {};
  for (const { rule } of alerts) byRule[rule] = (byRule[rule] ?? 0) + 1;
  const points = good.reduce((sum, run) => sum + run.points, 0);
  const steps = good.reduce((sum, { curve }) => sum + curve.step[curve.step.length - 1]! - curve.step[0]!, 0);
  return {
    runs: judged.length,
    f1: f1.map(rounded),
    f1Late: f1.length === 0 ? null : rounded((f1[2]! + f1[3]! + f1[4]!) / 3),
    good: good.length,
    falselyAlarmed: good.filter((run) => run.alerts.length > 0).length,
    alarmsPer1000: rounded((1000 * alerts.length) / points),
    recallHigh: recall(judged, "HIGH", TOLD_HIGH),
    recallLow: recall(judged, "LOW", TOLD_LOW),
    changesPer10k: rounded((1e4 * good.reduce((sum, run) => sum + run.changes, 0)) / steps),
    byRule,
  };
}

function recall(judged: readonly JudgedCurve[], truth: "HIGH" | "LOW", told: ReadonlySet<string>): number | null {
  const bad = judged.filter(({ curve }) => curve.truth === truth);
  if (bad.length === 0) return null;
  return rounded(bad.filter(({ alerts }) => alerts.some(({ rule }) => told.has(rule))).length / bad.length);
}

/** The judgement of the rate on sweeps, Trainer ladders and public runs, in the ways a log may tell them. */
export function measureRates(): Record<string, RateScore> {
  const scores: Record<string, RateScore> = {};
  const measure = (name: string, curves: readonly Curve[], variant: Variant = {}): void => {
    const labelled = curves.filter(({ truth }) => truth !== null);
    scores[name] = rateScore(labelled.map((curve) => judgeCurve(curve, SHARES, variant)));
  };
  const [a, b, ladders] = [sweep("a"), sweep("b"), trainingCurves()];
  measure("a", a);
  measure("b", b);
  measure("b-rate-withheld", b, { rate: false });
  measure("b-every-5th", b, { every: 5, mean: true });
  measure("trainings", ladders);
  measure("trainings-rate-withheld", ladders, { rate: false });
  measure("public", publicCurves());
  return scores;
}
