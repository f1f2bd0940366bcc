import { formatDuration, formatLearningRate, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import { type JsonValue, type Localised, METRIC, type SeriesView, toJsonValue } from "#lib/protocol/index.ts";
import { finalLoss } from "./final-loss.ts";
import { localised } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";

type KeyName = "finalLoss" | "bestEval" | "steps" | "records" | "peakRate" | "time" | "throughput";

/** One number of the row under the outcome. `value` is in the metric's own unit: steps, ms, tokens per second. */
export type KeyFigure = { name: KeyName; value: JsonValue; text: Localised; note: Localised | null };

/** Those that are known, in reading order. */
export function keyFigures(run: ReportRun, series: readonly SeriesView[]): KeyFigure[] {
  return [
    lossFigure(run, series),
    evalFigure(run),
    stepFigure(run),
    rateFigure(run, series),
    timeFigure(run),
    speed(run),
  ].filter((figure) => figure !== null);
}

/** The highest learning rate measured; null where the log has none. */
export function peakRate(series: readonly SeriesView[]): number | null {
  const rates = series.find(({ metric }) => metric === METRIC.learningRate);
  const known = rates?.max.filter(Number.isFinite) ?? [];
  return known.length === 0 ? null : Math.max(...known);
}

function lossFigure(run: ReportRun, series: readonly SeriesView[]): KeyFigure | null {
  const loss = finalLoss(run, series);
  if (!loss) return null;
  const figure = { name: "finalLoss" as const, value: toJsonValue(loss.value), text: same(formatMetric(loss.value)) };
  if (loss.kind === "finite") {
    return {
      ...figure,
      note: localised((m) => (loss.step === null ? m.note.trend : m.note.step(formatStep(loss.step)))),
    };
  }
  const good = loss.lastFinite;
  return { ...figure, note: good && localised((m) => m.note.lastFinite(formatMetric(good.value))) };
}

function evalFigure({ bestEval }: ReportRun): KeyFigure | null {
  if (typeof bestEval?.value !== "number") return null;
  const { value, step } = bestEval;
  return {
    name: "bestEval",
    value,
    text: same(formatMetric(value)),
    note: localised((m) => m.note.step(formatStep(step))),
  };
}

function stepFigure({ step, maxSteps, stepSource }: ReportRun): KeyFigure | null {
  if (step === null) return null;
  return {
    name: stepSource === "ordinal" ? "records" : "steps",
    value: step,
    text: same(formatStep(step)),
    note:
      maxSteps === null
        ? null
        : localised((m) =>
            step >= maxSteps ? m.note.allPlanned : m.note.ofPlanned(formatShare(step / maxSteps), formatStep(maxSteps)),
          ),
  };
}

function rateFigure({ diagnosis }: ReportRun, series: readonly SeriesView[]): KeyFigure | null {
  const peak = peakRate(series);
  if (peak === null) return null;
  const { schedule } = diagnosis;
  const warmup = schedule && schedule.kind !== "unknown" ? schedule.warmupSteps : 0;
  return {
    name: "peakRate",
    value: peak,
    text: same(formatLearningRate(peak)),
    note: warmup > 0 ? localised((m) => m.note.warmup(formatStep(warmup))) : null,
  };
}

function timeFigure({ step, msPerStep }: ReportRun): KeyFigure | null {
  if (step === null || msPerStep === null) return null;
  const ms = Math.round(step * msPerStep);
  return {
    name: "time",
    value: ms,
    text: localised((_, language) => formatDuration(ms, language)),
    note: localised((m) => m.note.pace),
  };
}

function speed({ last }: ReportRun): KeyFigure | null {
  const value = last[METRIC.tokensPerSecond]?.value;
  if (typeof value !== "number") return null;
  return {
    name: "throughput",
    value,
    text: same(formatMetric(value)),
    note: localised((m) => m.note.tokensPerSecond),
  };
}

const same = (text: string): Localised => localised(() => text);
