import { lanesOf, type StripControls, type StripRun, type StripScene, stripScene } from "#lib/charts/index.ts";
import { formatMetric, formatStep, verdictStretches } from "#lib/core/index.ts";
import { type Localised, METRIC, type SeriesView, type Severity } from "#lib/protocol/index.ts";
import { layoutFigure } from "./figure-layout.ts";
import { CRASH, type Incident } from "./incidents.ts";
import { firstClause, localised } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";

/** The loss and the learning rate over the run, with what is said about them. */
export type Figure = {
  run: StripRun;
  /** There is a lane of the learning rate. */
  hasRate: boolean;
  series: readonly SeriesView[];
  /** Where incidents are flagged, by their number. */
  marks: { number: number; severity: Severity; step: number }[];
  /** What the figure shows, for who cannot see it. */
  label: Localised;
  story: { title: Localised; text: Localised };
};

const FIGURE_METRICS: readonly string[] = [METRIC.trainLoss, METRIC.evalLoss, METRIC.learningRate];
const STORY_SENTENCES = 5;
/** A plan shares the axis when this much of it is done; before that the curve would be a corner of empty paper. */
const PLAN_SHOWN_FROM = 0.5;

/** Null when the log told neither a loss nor a learning rate. */
export function figureOf(run: ReportRun, series: readonly SeriesView[], incidents: readonly Incident[]): Figure | null {
  const metrics = run.metrics.filter(({ name }) => FIGURE_METRICS.includes(name));
  const lanes = lanesOf(metrics);
  if (lanes.length === 0) return null;
  const { step, maxSteps, msPerStep, attempts, diagnosis } = run;
  const timeline = verdictStretches(run.timeline);
  return {
    run: { step, maxSteps, msPerStep, attempts, timeline, diagnosis, metrics },
    hasRate: lanes.includes("learningRate"),
    series: series.filter(({ metric }) => FIGURE_METRICS.includes(metric)),
    marks: incidents.flatMap(({ number, severity, step }) => (step === null ? [] : [{ number, severity, step }])),
    label: labelOf(run, series),
    story: storyOf(run, incidents),
  };
}

/** What the figure's lines are chosen by: everything measured, along steps. */
export const FIGURE_CONTROLS: StripControls = {
  x: "step",
  range: "whole",
  raw: true,
  trend: true,
  smooth: 0,
  eval: true,
  forecast: false,
  log: false,
};

/** Geometry, scales and lines: the live page's, laid out for paper, on an axis that ends with the plan or with the run. */
export function figureScene({ run, series }: Figure, compact: boolean): StripScene {
  const views = new Map(series.map((view) => [view.metric, view]));
  const last = Math.max(run.step ?? 0, ...series.map((view) => view.xLast.at(-1) ?? 0), 1);
  const planned = run.maxSteps !== null && last >= run.maxSteps * PLAN_SHOWN_FROM ? run.maxSteps : last;
  const range = { from: 0, to: Math.max(planned, last) };
  const scene = stripScene({
    series: { x: "step", views, tails: new Map(), until: null, clock: null, times: null, superseded: null },
    run,
    controls: { ...FIGURE_CONTROLS, range },
    compact,
    previous: null,
  });
  const layout = layoutFigure(lanesOf(run.metrics), compact);
  const lanes = scene.lanes.map((lane, i) => ({ ...lane, box: layout.lanes[i]! }));
  return { ...scene, layout, lanes };
}

function labelOf(run: ReportRun, series: readonly SeriesView[]): Localised {
  const loss =
    series.find(({ metric }) => metric === METRIC.trainLoss) ?? series.find(({ metric }) => metric === METRIC.evalLoss);
  const first = loss?.first.find(Number.isFinite);
  const last = loss?.last.findLast(Number.isFinite);
  return localised((m) => {
    const steps = formatStep(run.step ?? 0);
    const line =
      first === undefined || last === undefined
        ? m.figure.labelNoLoss(steps)
        : m.figure.label(formatMetric(first), formatMetric(last), steps);
    const stretch = verdictStretches(run.timeline).at(-1);
    if (!stretch || stretch.verdict === "reading") return line;
    return m.list([line, m.figure.labelVerdict(m.verdict[stretch.verdict], formatStep(stretch.fromStep))]);
  });
}

/** What happened, in the order it did, each incident with the number of its flag. */
function storyOf(run: ReportRun, incidents: readonly Incident[]): Figure["story"] {
  const { verdict, findings } = run.diagnosis;
  const restarts = run.attempts.slice(1).map(({ fromStep }) => formatStep(fromStep));
  const recoveries = findings.filter(
    ({ severity, step }) => severity === "good" && incidents.some((incident) => (incident.step ?? Infinity) < step),
  );
  const told = [...incidents.filter(({ step }) => step !== null), ...recoveries]
    .sort((a, b) => (a.step ?? 0) - (b.step ?? 0))
    .slice(0, STORY_SENTENCES);
  const title = localised(({ story }) => {
    if (incidents.length === 0) return story.calm;
    if (incidents.every(({ rule }) => rule === CRASH)) return story.crashed;
    if (verdict.severity === "critical") return story.failed;
    return verdict.severity === "good" ? story.recovered : story.happened;
  });
  const text = localised((m, language) => {
    const sentences = told.map((item) => {
      const clause = firstClause(item.text[language]);
      return "number" in item ? m.story.numbered(clause, item.number) : m.story.sentence(clause);
    });
    if (told.length === 0) sentences.push(m.story.sentence(firstClause(verdict.reason[language])));
    if (restarts.length > 0) sentences.push(m.story.restarted(restarts));
    if (run.stepSource === "ordinal") sentences.push(m.figure.records);
    return m.join(sentences);
  });
  return { title, text };
}
