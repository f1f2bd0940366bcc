import type { SeriesView } from "#lib/protocol/index.ts";
import { type Axis, type Domain, linearAxis, logAxis, positionOn, steadyAxis } from "./axis.ts";
import { type Cross, placeNonFinite } from "./marks.ts";
import { type Tail, type Trace, trace } from "./trace.ts";

/** A small chart of a few metrics on the strip's x axis: what is drawn, in data units. */
export type SmallScene = {
  x: Domain;
  y: Axis;
  lines: { metric: string; trace: Trace; crosses: Cross[] }[];
  /** Points shown and in all, over its metrics. */
  shown: number;
  total: number;
};

export type SmallSeries = {
  views: ReadonlyMap<string, SeriesView>;
  tails: ReadonlyMap<string, Tail>;
  until: number | null;
};

export type SmallInput = {
  series: SmallSeries;
  metrics: readonly string[];
  x: Domain;
  log: boolean;
  /** The scene shown until now: its scale is kept while it fits. */
  previous: SmallScene | null;
};

const TICKS = 3;

export function smallScene({ series, metrics, x, log, previous }: SmallInput): SmallScene {
  const traces = metrics.map((metric) => ({
    metric,
    trace: trace(series.views.get(metric), series.tails.get(metric), { positiveOnly: log, until: series.until }),
  }));
  const kept = previous && previous.x.min === x.min && previous.x.max === x.max ? previous.y : null;
  const y = steadyAxis(kept, valueAxis(traces, x, log));
  const views = metrics.map((metric) => series.views.get(metric));
  const appended = metrics.reduce((sum, metric) => sum + (series.tails.get(metric)?.x.length ?? 0), 0);
  return {
    x,
    y,
    lines: traces.map((line) => ({ ...line, crosses: placeNonFinite(line.trace, y) })),
    shown: views.reduce((sum, view) => sum + (view?.shown ?? 0), appended),
    total: views.reduce((sum, view) => sum + (view?.total ?? 0), appended),
  };
}

/** Whether two scenes share their scales: then only their lines differ. */
export const sameScales = (a: SmallScene, b: SmallScene): boolean =>
  a.x.min === b.x.min && a.x.max === b.x.max && a.y.min === b.y.min && a.y.max === b.y.max && a.y.log === b.y.log;

/** The newest value of a metric, finite or not; null where it has none. */
export function newestOf({ views, tails }: SmallSeries, metric: string): { x: number; y: number } | null {
  const tail = tails.get(metric);
  if (tail && tail.x.length > 0) return { x: tail.x.at(-1)!, y: tail.y.at(-1)! };
  return trace(views.get(metric), undefined).last;
}

/** Where a point lies in a plot of that size, in pixels; what lies above or below is kept at the edge. */
export function placed(
  { x, y }: Pick<SmallScene, "x" | "y">,
  size: { width: number; height: number },
  at: number,
  value: number,
) {
  const share = Math.min(1.05, Math.max(-0.05, positionOn(y, value)));
  return { x: ((at - x.min) / (x.max - x.min)) * size.width, y: (1 - share) * size.height };
}

function valueAxis(lines: readonly { trace: Trace }[], x: Domain, log: boolean): Axis {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { trace } of lines) {
    const { xy } = trace;
    for (let i = 0; i < xy.length; i += 2) {
      const y = xy[i + 1]!;
      if (!(xy[i]! >= x.min && xy[i]! <= x.max) || !Number.isFinite(y)) continue;
      if (y < min) min = y;
      if (y > max) max = y;
    }
  }
  if (!(max >= min)) return log ? logAxis({ min: 1, max: 10 }) : linearAxis({ min: 0, max: 1 }, TICKS);
  return log ? logAxis({ min, max }) : linearAxis({ min, max }, TICKS);
}
