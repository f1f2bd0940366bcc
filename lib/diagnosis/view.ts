import { significant } from "#lib/core/index.ts";
import type { DiagnosisView } from "#lib/protocol/index.ts";
import { bucketMean } from "./curve/history.ts";
import { earlyStoppingView } from "./early-stopping/early-stopping.ts";
import { forecastView } from "./forecast/forecast.ts";
import { bucketStep } from "./judge/description.ts";
import { features } from "./judge/features.ts";
import { lrView } from "./learning-rate.ts";
import { reviewFacts, reviewRun } from "./review/index.ts";
import { rhythmView } from "./rhythm.ts";
import { identifySchedule } from "./schedule/identify.ts";
import { siblingsView } from "./siblings/index.ts";
import type { EngineState } from "./state.ts";
import { lrTape } from "./tape.ts";
import { confidenceOf, verdictOf } from "./verdict.ts";

/** The state as a page shows it. Nothing in it depends on how the state came about. */
export function diagnosisView(state: EngineState): DiagnosisView {
  const { context } = state;
  const schedule = identifySchedule(state.knots, state.jumps.changes, context.maxSteps);
  const lr = lrView(state, confidenceOf(state));
  return {
    verdict: verdictOf(state),
    lr: { ...lr, tape: lrTape(state, lr, schedule) },
    findings: [...state.findings],
    timeline: state.timeline.map((segment) => ({ ...segment })),
    schedule,
    earlyStopping: earlyStoppingView(state, schedule),
    forecast: forecastView(state, schedule),
    siblings: siblingsView(context.siblings),
    review: reviewRun(context.config, reviewFacts(state, schedule)),
    trend: trend(state),
    pointsJudged: state.curve.points,
    rhythm: rhythmView(state.rhythm),
  };
}

/** What the verdict was made from: the bucket means at their centres, and the level of the newest bucket's worth of points. */
function trend({ curve }: EngineState): DiagnosisView["trend"] {
  const { history } = curve;
  const step: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < history.count; i++) {
    step.push(bucketStep(curve, i));
    value.push(significant(bucketMean(history, i), 7));
  }
  const { open, width, count } = history;
  if (open.points > 0) {
    // A few points alone are no trend: the bucket before stands in for those that are still to come.
    const missing = count > 0 ? width - open.points : 0;
    const before = missing > 0 ? missing * bucketMean(history, count - 1) : 0;
    step.push(open.step);
    value.push(significant((open.sum + before) / (open.points + missing), 7));
  }
  const f = features(curve);
  return { step, value, noise: f === null ? null : significant(f.noise, 4) };
}
