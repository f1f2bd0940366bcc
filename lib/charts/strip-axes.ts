import { quantileOfSorted } from "#lib/core/index.ts";
import type { XAxis } from "#lib/protocol/index.ts";
import { type Axis, type Domain, growingEnd, linearAxis, logAxis, niceStep, steadyAxis } from "./axis.ts";
import type { LaneName } from "./layout.ts";
import type { StripRange, StripRun, StripScene, StripSeries } from "./strip-scene.ts";
import type { Trace } from "./trace.ts";
import type { TrendPiece } from "./trend.ts";

type XInput = {
  series: StripSeries;
  run: StripRun;
  range: StripRange;
  now: number;
  toX: (step: number) => number | null;
  compact: boolean;
  previous: StripScene["x"] | null;
};

/** The share of the whole run that "last 10%" shows. */
const LAST_SHARE = 0.1;
const AHEAD = { whole: 0.15, now: 0.04, last: 0.1 };

/** The axis all lanes share. Along time it starts at the first known time, along what is counted at 0. */
export function xAxis({ series, run, range, now, toX, compact, previous }: XInput): StripScene["x"] {
  const origin = series.x === "time" ? (series.clock?.at[0] ?? now) : 0;
  const { min, max } = xDomain({ run, range, now, toX, origin, previous });
  const parts = compact ? 3 : 7;
  const step = tickStep(series.x, max - min, parts);
  const ticks: number[] = [];
  for (let k = Math.ceil((min - origin) / step - 1e-9); origin + k * step <= max; k++) ticks.push(origin + k * step);
  return { min, max, ticks, log: false, kind: series.x, origin };
}

function tickStep(kind: XAxis, span: number, parts: number): number {
  if (kind === "time") return niceDuration(span, parts + 1);
  const step = niceStep(span, parts, true);
  return kind === "epoch" ? step : Math.max(1, step);
}

type XDomainInput = Omit<XInput, "series" | "compact"> & { origin: number };

function xDomain({ run, range, now, toX, origin, previous }: XDomainInput): Domain {
  if (typeof range === "object") {
    const [from, to] = [toX(range.from), toX(range.to)];
    if (from !== null && to !== null && to > from) return { min: from, max: to };
  }
  if (range === "last") {
    const wanted = origin + (now - origin) * (1 - LAST_SHARE);
    const fits = previous && now <= previous.max && Math.abs(previous.min - wanted) < (now - wanted) * 0.3;
    const step = niceStep(now - wanted, 10);
    const min = fits && previous.min > origin ? previous.min : origin + Math.floor((wanted - origin) / step) * step;
    return { min, max: growingEnd(fits ? previous.max : null, min, now, AHEAD.last) };
  }
  const planned = run.maxSteps === null ? null : toX(run.maxSteps);
  if (range !== "now" && planned !== null && planned >= now && planned > origin) return { min: origin, max: planned };
  const ahead = range === "now" ? AHEAD.now : AHEAD.whole;
  const known = previous?.min === origin ? previous.max - origin : null;
  return { min: origin, max: origin + (now > origin ? growingEnd(known, 0, now - origin, ahead) : 1) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATIONS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
];

/** The shortest round duration that cuts a span into at most `parts` pieces. */
function niceDuration(span: number, parts: number): number {
  return DURATIONS.find((duration) => span / duration <= parts) ?? Math.max(DAY, niceStep(span / DAY, parts) * DAY);
}

type Shared = { x: Domain; now: number; previous: StripScene | null };

/**
 * Low and high share of the values that the loss lane is made to hold: spikes and the first fall may leave it. In a short run
 * one spike is more than a hundredth; so the top also stays within half a lane above the usual share.
 */
const LOSS_SHARES = { low: 0.01, usual: 0.95, high: 0.99 };
const ABOVE_USUAL = 0.5;
/** How many times as high as the training loss needs the lane may be, for evaluations of the last half that lie above it. */
const EVAL_STRETCH = 4;
const EVALS_SHOWN = 0.95;
/** The same, for an earlier attempt that was run over. */
const ATTEMPT_STRETCH = 2;

/** A robust range, never from zero; always with the newest trend in it, unless that has run far away. */
export function lossAxis(
  input: Shared & {
    loss: Trace;
    eval: Trace;
    superseded: Float64Array;
    pieces: TrendPiece[];
    settledAt: number | null;
    log: boolean;
  },
): Axis {
  const { x, loss, pieces, settledAt, log, previous } = input;
  const settled = { min: Math.max(x.min, Math.min(settledAt ?? x.min, x.max)), max: x.max };
  let values = valuesWithin(loss.xy, settled);
  if (values.length < 8) values = valuesWithin(loss.xy, x);
  const trend = pieces.flatMap((piece) => valuesWithin(piece.xy, settled));
  const evals = valuesWithin(input.eval.xy, settled);
  const all = [...values, ...trend, ...evals].filter((value) => !log || value > 0).sort((a, b) => a - b);
  if (all.length === 0) return log ? logAxis({ min: 1, max: 10 }) : linearAxis({ min: 0, max: 1 }, 5);
  const min = quantileOfSorted(all, LOSS_SHARES.low);
  const usual = quantileOfSorted(all, LOSS_SHARES.usual);
  const clipped = Math.min(quantileOfSorted(all, LOSS_SHARES.high), usual + ABOVE_USUAL * (usual - min));
  let max = all.length < 20 ? all.at(-1)! : clipped;
  const end = trend.at(-1) ?? values.at(-1);
  if (end !== undefined && end > max && end <= min + 4 * (max - min)) max = end;
  const latest = valuesWithin(input.eval.xy, { min: (settled.min + Math.min(settled.max, input.now)) / 2, max: x.max });
  const highest = quantileOfSorted(
    latest.sort((a, b) => a - b),
    EVALS_SHOWN,
  );
  if (latest.length > 0 && highest > max) max = Math.min(highest, min + EVAL_STRETCH * (max - min));
  const before = valuesWithin(input.superseded, x).sort((a, b) => a - b);
  const usualBefore = quantileOfSorted(before, LOSS_SHARES.usual);
  if (before.length > 0 && usualBefore > max) max = Math.min(usualBefore, min + ATTEMPT_STRETCH * (max - min));
  const next = log ? logAxis({ min, max }) : notBelowZero(linearAxis({ min, max }, 5, { fine: true }), min);
  return steadyAxis(lanePrevious(previous, "loss", x), next);
}

/** A loss that is never negative needs no paper below zero. */
function notBelowZero(axis: Axis, lowest: number): Axis {
  if (lowest < 0 || axis.min >= 0) return axis;
  return { ...axis, min: 0, ticks: axis.ticks.filter((tick) => tick >= 0) };
}

export function laneAxis(input: Shared & { name: LaneName; line: Trace; reference: Float64Array | null }): Axis {
  const { x, name, line, reference, previous } = input;
  const values = valuesWithin(line.xy, x).sort((a, b) => a - b);
  const last = lanePrevious(previous, name, x);
  if (name === "gradNorm") {
    if (values.length === 0) return logAxis({ min: 0.1, max: 10 }, true);
    const min = quantileOfSorted(values, 0.005);
    return steadyAxis(last, logAxis({ min, max: quantileOfSorted(values, 0.995) }, true));
  }
  const top = Math.max(values.at(-1) ?? 0, ...(reference ? valuesWithin(reference, x) : []));
  const min = Math.min(0, values[0] ?? 0);
  const parts = name === "throughput" ? 2 : 3;
  return steadyAxis(last, linearAxis({ min, max: top || 1 }, parts, { fromZero: true }));
}

/** Axes are kept only while the same stretch of the run is shown. */
function lanePrevious(previous: StripScene | null, name: LaneName, x: Domain): Axis | null {
  if (!previous || previous.x.min !== x.min || previous.x.max !== x.max) return null;
  return previous.lanes.find((lane) => lane.name === name)?.axis ?? null;
}

function valuesWithin(xy: Float64Array, { min, max }: Domain): number[] {
  const values: number[] = [];
  for (let i = 0; i < xy.length; i += 2) {
    const y = xy[i + 1]!;
    if (xy[i]! >= min && xy[i]! <= max && Number.isFinite(y)) values.push(y);
  }
  return values;
}
