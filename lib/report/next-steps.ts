import { formatLearningRate, formatMetric, formatStep } from "#lib/core/index.ts";
import { type Localised, METRIC, type SeriesView } from "#lib/protocol/index.ts";
import { peakRate } from "./key-figures.ts";
import { localised } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";
import type { TimelineRow } from "./timeline.ts";

/** Something to try, with the change to a config where it comes down to one. Values can be pasted. */
export type NextStep = {
  title: Localised;
  text: Localised;
  change: { name: string; from: string | null; to: string } | null;
};

/** What the engine advises at the end of the run, most pressing first; empty when there is nothing to do. */
export function nextSteps(run: ReportRun, series: readonly SeriesView[], timeline: readonly TimelineRow[]): NextStep[] {
  const { verdict, earlyStopping, review } = run.diagnosis;
  const steps: NextStep[] = [];
  if (verdict.severity !== null && verdict.severity !== "good") {
    const since = timeline.at(-1)?.fromStep ?? 0;
    steps.push({
      title: localised((m) => m.next.about(m.verdict[verdict.name], formatStep(since))),
      text: verdict.advice,
      change: rateChange(run, series),
    });
  }
  if (run.end?.kind === "failed" && verdict.severity === "good" && run.step !== null) {
    const last = formatStep(run.step);
    steps.push({
      title: localised((m) => m.next.resume),
      text: localised((m) => m.next.resumeWhy(last)),
      change: null,
    });
  }
  if (earlyStopping?.wouldStop) {
    const { best, evalsSinceBest } = earlyStopping;
    steps.push({
      title: localised((m) => m.next.keep(formatStep(best.step))),
      text: localised((m) =>
        m.next.keepWhy(formatMetric(best.value), evalsSinceBest > 1 ? formatStep(evalsSinceBest) : null),
      ),
      change: null,
    });
  }
  for (const { rule, status, advice } of review) {
    if (status === "caution" || status === "critical") {
      steps.push({ title: localised(() => rule), text: advice, change: null });
    }
  }
  return steps;
}

/**
 * The advised learning rate and the one it replaces. A schedule may have ended near zero by now; the rate that did it is the
 * one from which the advice leads the way it means to.
 */
function rateChange({ diagnosis, last }: ReportRun, series: readonly SeriesView[]): NextStep["change"] {
  const { verdict, lr } = diagnosis;
  const { next } = lr;
  if (next === null) return null;
  const then = verdict.evidence.find(({ name }) => name === METRIC.learningRate)?.value;
  const from = [then, last[METRIC.learningRate]?.value, peakRate(series)].find(
    (rate) => typeof rate === "number" && (lr.judgement === "too_low" ? rate < next : rate > next),
  );
  return {
    name: METRIC.learningRate,
    from: typeof from === "number" ? formatLearningRate(from) : null,
    to: formatLearningRate(next),
  };
}
