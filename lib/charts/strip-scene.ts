import { METRIC, type RunView, type SeriesView, type VerdictName, type XAxis } from "#lib/protocol/index.ts";
import { type Axis, positionOn } from "./axis.ts";
import { clipOf, gradNormFigures, type LaneFigure, throughputFigures } from "./lane-figures.ts";
import { type LaneBox, type LaneName, layoutStrip, type StripLayout } from "./layout.ts";
import { type Cross, offTop, type Peak, placeNonFinite } from "./marks.ts";
import { type Resume, resumesOf, supersededLine } from "./resumes.ts";
import { samplesOf } from "./samples.ts";
import { smooth } from "./smoothing.ts";
import { paceOf, placeOfStep, type StepClock, stepAt } from "./step-clock.ts";
import { laneAxis, lossAxis, xAxis } from "./strip-axes.ts";
import { type Tail, type Trace, trace } from "./trace.ts";
import { interpolate, type TrendPiece, trendPieces } from "./trend.ts";

/** What a person has chosen to see; all of it lives in the page's address. */
export type StripRange = "whole" | "now" | "last" | { from: number; to: number };
export type StripControls = {
  x: XAxis;
  range: StripRange;
  raw: boolean;
  trend: boolean;
  /** Steps that the trend is a mean over; 0 for the engine's own trend. */
  smooth: number;
  eval: boolean;
  forecast: boolean;
  log: boolean;
};

/** Series as read and what came after them, along the axis `x`. */
export type StripSeries = {
  x: XAxis;
  views: ReadonlyMap<string, SeriesView>;
  tails: ReadonlyMap<string, Tail>;
  /** Last x the views were asked for; null when they reach to now. */
  until: number | null;
  /** Where each step lies along `x`; null along steps, and while it is not known. */
  clock: StepClock | null;
  /** When each step was; null where the log tells no time. */
  times: StepClock | null;
  /** The loss that a later attempt ran over. */
  superseded: SeriesView | null;
};

export type StripRun = Pick<
  RunView,
  "step" | "maxSteps" | "msPerStep" | "diagnosis" | "timeline" | "metrics" | "attempts"
>;

export const LANE_METRIC: Record<LaneName, string> = {
  loss: METRIC.trainLoss,
  learningRate: METRIC.learningRate,
  gradNorm: METRIC.gradNorm,
  throughput: METRIC.tokensPerSecond,
};

/** Metrics the strip draws, in the order they are asked for. */
export const STRIP_METRICS: readonly string[] = [
  METRIC.trainLoss,
  METRIC.evalLoss,
  METRIC.learningRate,
  METRIC.gradNorm,
  METRIC.tokensPerSecond,
];

export type Lane = { name: LaneName; box: LaneBox; axis: Axis; line: Trace; crosses: Cross[] };

type Pen = { y: number; value: number; verdict: VerdictName };

/** Everything the strip shows at one moment: geometry, scales and lines, in data units. */
export type StripScene = {
  layout: StripLayout;
  x: Axis & { kind: XAxis; origin: number };
  lanes: Lane[];
  eval: Trace;
  pieces: TrendPiece[];
  schedule: Float64Array;
  jumps: { x: number; from: number; to: number }[];
  /** The loss of attempts that were run over, and where training resumed. */
  superseded: Float64Array;
  resumes: Resume[];
  /** Values off the top of the loss lane. */
  peaks: (Peak & { of: "loss" | "eval" })[];
  figures: Partial<Record<LaneName, LaneFigure[]>>;
  /** The norm that gradients are clipped at; null when the run's settings do not say. */
  clip: number | null;
  /** Newest x read, and where a step lies along the axis; null when its time is not known. */
  now: number;
  toX: (step: number) => number | null;
  toStep: (x: number) => number | null;
  pen: Pen | null;
  /** Points behind the loss line: those shown, and all there are. */
  shown: number;
  total: number;
};

/** Lanes of the metrics a run has, in reading order. */
export function lanesOf(metrics: readonly { name: string; points: number }[]): LaneName[] {
  const has = (name: string): boolean => metrics.some((metric) => metric.name === name && metric.points > 0);
  const lanes: LaneName[] = [];
  if (has(METRIC.trainLoss) || has(METRIC.evalLoss)) lanes.push("loss");
  for (const lane of ["learningRate", "gradNorm", "throughput"] as const) if (has(LANE_METRIC[lane])) lanes.push(lane);
  return lanes;
}

export type SceneInput = {
  series: StripSeries;
  run: StripRun;
  controls: StripControls;
  compact: boolean;
  /** The scene shown until now: its axes are kept while they fit. */
  previous: StripScene | null;
};

export function stripScene({ series, run, controls, compact, previous }: SceneInput): StripScene {
  const layout = layoutStrip(lanesOf(run.metrics), compact);
  const kept = previous?.x.kind === series.x ? previous : null;
  const { toX, toStep } = stepsAlong(series, run.msPerStep);
  const line = (metric: string, positiveOnly = false): Trace =>
    trace(series.views.get(metric), series.tails.get(metric), { positiveOnly, until: series.until });
  const lines = {
    loss: line(METRIC.trainLoss, controls.log),
    learningRate: line(METRIC.learningRate),
    gradNorm: line(METRIC.gradNorm, true),
    throughput: line(METRIC.tokensPerSecond),
  };
  const evaluation = line(METRIC.evalLoss, controls.log);
  const now = newest([...Object.values(lines), evaluation], run.step === null ? null : toX(run.step));
  const x = xAxis({ series, run, range: controls.range, now, toX, compact, previous: kept?.x ?? null });
  const { schedule, trend, verdict } = run.diagnosis;
  const samples = (metric: string) => samplesOf(series.views.get(metric), series.tails.get(metric), series.until);
  const inSteps = (metric: string) => samples(metric).map((at) => ({ ...at, step: toStep(at.x) ?? Number.NaN }));
  const curve =
    controls.smooth > 0
      ? smooth(
          samples(METRIC.trainLoss).filter(({ value }) => !controls.log || !(value <= 0)),
          controls.smooth,
          (at) => toStep(at) ?? at,
        )
      : trend;
  const pieces = trendPieces(curve, run.timeline).map((piece) => ({ ...piece, xy: moveX(piece.xy, toX) }));
  const resumes = resumesOf(run.attempts, toX);
  const superseded = supersededLine(series.superseded, resumes, controls.log);
  const scheduleXy = schedule
    ? moveX(Float64Array.from(schedule.curve.step.flatMap((step, i) => [step, schedule.curve.value[i]!])), toX)
    : new Float64Array();

  const shared = { x, now, previous: kept };
  const axisOf = (name: LaneName): Axis =>
    name === "loss"
      ? lossAxis({
          ...shared,
          loss: lines.loss,
          eval: evaluation,
          superseded,
          pieces,
          settledAt: toX(settledStep(run, now)),
          log: controls.log,
        })
      : laneAxis({ ...shared, name, line: lines[name], reference: name === "learningRate" ? scheduleXy : null });
  const lanes = layout.lanes.map((box): Lane => {
    const axis = axisOf(box.name);
    const drawn = lines[box.name];
    return { name: box.name, box, axis, line: drawn, crosses: placeNonFinite(drawn, axis) };
  });
  const loss = lanes.find(({ name }) => name === "loss");
  // A run that was empty when the store was read has its points in the tails alone.
  const counted = [METRIC.trainLoss, METRIC.evalLoss].find((name) => series.views.has(name) || series.tails.has(name));
  const view = counted && series.views.get(counted);
  const tail = (counted && series.tails.get(counted)?.x) ?? [];
  const appended = series.until === null ? tail.length : tail.filter((at) => at <= series.until!).length;
  return {
    layout,
    x,
    lanes,
    eval: evaluation,
    pieces,
    schedule: scheduleXy,
    jumps: (schedule?.changes ?? []).flatMap(({ step, from, to }) => {
      const at = toX(step);
      return at === null ? [] : [{ x: at, from, to }];
    }),
    superseded,
    resumes,
    peaks: loss
      ? [
          ...offTop(loss.line, loss.axis, x).map((peak) => ({ ...peak, of: "loss" as const })),
          ...(controls.eval ? offTop(evaluation, loss.axis, x).map((peak) => ({ ...peak, of: "eval" as const })) : []),
        ]
      : [],
    figures: {
      gradNorm: gradNormFigures(inSteps(METRIC.gradNorm), verdict, run.diagnosis.review),
      throughput: throughputFigures(
        inSteps(METRIC.tokensPerSecond),
        typeof controls.range === "object" ? null : series.times,
      ),
    },
    clip: clipOf(run.diagnosis.review),
    now,
    toX,
    toStep,
    pen: penOf(lines.loss, evaluation, curve, controls.trend ? verdict.name : "reading"),
    shown: (view?.shown ?? 0) + appended,
    total: (view?.total ?? 0) + appended,
  };
}

/** Where a value lies in a lane, in pixels from the strip's top, kept inside the lane. */
export function yInLane({ box, axis }: Pick<Lane, "box" | "axis">, value: number): number {
  const share = Math.min(1, Math.max(0, positionOn(axis, value)));
  return box.top + (1 - share) * box.height;
}

/** Between steps and places on the axis: through the clock and, beyond it, at the run's pace. */
function stepsAlong({ x, clock }: StripSeries, msPerStep: number | null): Pick<StripScene, "toX" | "toStep"> {
  if (x === "step") return { toX: (step) => step, toStep: (at) => at };
  if (!clock) return { toX: () => null, toStep: () => null };
  const pace = x === "time" ? msPerStep : paceOf(clock);
  return { toX: (step) => placeOfStep(clock, step, pace), toStep: (at) => stepAt(clock, at, pace) };
}

function newest(lines: readonly Trace[], stepX: number | null): number {
  return lines.reduce((now, { last }) => Math.max(now, last?.x ?? 0), stepX ?? 0);
}

function moveX(xy: Float64Array, toX: (step: number) => number | null): Float64Array {
  const moved = xy.slice();
  for (let i = 0; i < moved.length; i += 2) moved[i] = toX(moved[i]!) ?? Number.NaN;
  return moved;
}

const SETTLED_SHARE = 0.1;

/** Where the fall from the first loss is over: what lies before does not stretch the axis. */
function settledStep({ diagnosis, timeline, step }: StripRun, now: number): number {
  const judged = timeline.find(({ verdict }) => verdict !== "reading")?.fromStep ?? 0;
  return Math.max(diagnosis.schedule?.warmupSteps ?? 0, judged, (step ?? now) * SETTLED_SHARE);
}

function penOf(
  loss: Trace,
  evaluation: Trace,
  trend: { step: readonly number[]; value: readonly number[] },
  verdict: VerdictName,
): Pen | null {
  const end = loss.last ? loss : evaluation;
  if (!end.last || !end.lastFinite) return null;
  if (!Number.isFinite(end.last.y)) return { y: end.lastFinite.y, value: end.last.y, verdict: "nan" };
  const trendEnd = verdict === "reading" ? Number.NaN : interpolate(trend, Number.POSITIVE_INFINITY);
  const y = Number.isFinite(trendEnd) ? trendEnd : end.lastFinite.y;
  return { y, value: y, verdict };
}

/** Whether two scenes share their geometry and scales: then only their lines differ. */
export function sameFrame(a: StripScene, b: StripScene): boolean {
  if (a === b) return true;
  return (
    a.x.kind === b.x.kind &&
    sameAxis(a.x, b.x) &&
    a.layout.height === b.layout.height &&
    a.layout.left === b.layout.left &&
    a.lanes.length === b.lanes.length &&
    a.lanes.every((lane, i) => lane.name === b.lanes[i]!.name && sameAxis(lane.axis, b.lanes[i]!.axis))
  );
}

const sameAxis = (a: Axis, b: Axis): boolean => a.min === b.min && a.max === b.max && a.log === b.log;
