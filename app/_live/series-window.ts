import { learnStep, placeOfStep, type StepClock, type StripSeries } from "#lib/charts/index.ts";
import {
  AXIS_METRICS,
  type Delta,
  type PointGroup,
  SERIES_COLUMNS,
  type SeriesAnswer,
  type SeriesView,
  type XAxis,
} from "#lib/protocol/index.ts";

/** What of a run's series is looked at: the axis, and a stretch of it in steps or all of it. */
export type SeriesQuery = { x: XAxis; range: { from: number; to: number | null } | null };

/** Where steps lie along the axis asked for, and when they were; null where that is not known. They grow with the points. */
export type Clocks = { axis: StepClock | null; times: StepClock | null };

/** Metrics that deltas must carry for their points to find a place on the axis. */
export function axisMetrics(x: XAxis): readonly string[] {
  return x === "epoch" || x === "tokens" ? AXIS_METRICS[x] : [];
}

type Tail = { x: number[]; y: number[] };

/**
 * Series as the store gave them at one cursor, and every point that came since. It grows only by deltas that start exactly
 * where it ends, so it always equals what the store would answer now, at a finer resolution near its end.
 */
export class SeriesWindow implements StripSeries {
  readonly query: SeriesQuery;
  readonly views: ReadonlyMap<string, SeriesView>;
  readonly tails = new Map<string, Tail>();
  readonly until: number | null;
  readonly clocks: Clocks;
  readonly superseded: SeriesView | null;
  #cursor: number;
  #appended = 0;

  /** @param until last x asked for, in units of the axis; null when the views reach to now */
  constructor(
    query: SeriesQuery,
    answer: SeriesAnswer,
    until: number | null,
    clocks: Clocks,
    superseded: SeriesView | null = null,
  ) {
    this.query = query;
    this.views = new Map(answer.series.map((view) => [view.metric, view]));
    this.until = until;
    this.clocks = clocks;
    this.superseded = superseded;
    this.#cursor = answer.cursor;
  }

  get x(): XAxis {
    return this.query.x;
  }

  get clock(): StepClock | null {
    return this.clocks.axis;
  }

  get times(): StepClock | null {
    return this.clocks.times;
  }

  /** The run's commits that are in here. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Raw points held beside the view of the metric that has most of them. */
  get appended(): number {
    return this.#appended;
  }

  /** `known`: these points are in already. `missed`: something between is not, or training went back; read the store again. */
  apply(delta: Delta): "applied" | "known" | "missed" {
    if (delta.to <= this.#cursor) return "known";
    if (delta.reload || delta.from !== this.#cursor || this.#goesBack(delta.groups)) return "missed";
    for (const group of delta.groups) this.#append(group);
    this.#cursor = delta.to;
    return "applied";
  }

  #append(group: PointGroup): void {
    const { names, step, at, values } = group;
    const x = this.#places(group);
    const { axis, times } = this.clocks;
    for (let i = 0; i < step.length; i++) {
      if (times && times !== axis) learnStep(times, step[i]!, at[i]!);
      if (!Number.isFinite(x[i])) continue;
      if (axis) learnStep(axis, step[i]!, x[i]!);
      for (let k = 0; k < names.length; k++) {
        const tail = this.#tail(names[k]!);
        tail.x.push(x[i]!);
        tail.y.push(values[k]![i]!);
        this.#appended = Math.max(this.#appended, tail.x.length);
      }
    }
  }

  #tail(metric: string): Tail {
    const tail = this.tails.get(metric) ?? { x: [], y: [] };
    this.tails.set(metric, tail);
    return tail;
  }

  /** Where the rows of a group lie: where they say or, when they count nothing on this axis, where their steps do. */
  #places({ names, step, at, values }: PointGroup): Float64Array {
    if (this.x === "step") return step;
    if (this.x === "time") return at;
    const metric = AXIS_METRICS[this.x].find((name) => names.includes(name));
    if (metric !== undefined) return values[names.indexOf(metric)]!;
    const { axis } = this.clocks;
    return step.map((of) => (axis ? placeOfStep(axis, of, null) : null) ?? Number.NaN);
  }

  /** A line is drawn from left to right; a point left of its end belongs to another attempt, and the store knows where. */
  #goesBack(groups: readonly PointGroup[]): boolean {
    return groups.some((group) => {
      const x = this.#places(group);
      const ascending = x.every((value, i) => i === 0 || !(value < x[i - 1]!));
      return !ascending || group.names.some((name) => x[0]! < this.#end(name));
    });
  }

  #end(metric: string): number {
    const view = this.views.get(metric);
    return this.tails.get(metric)?.x.at(-1) ?? view?.xLast[view.xLast.length - 1] ?? Number.NEGATIVE_INFINITY;
  }
}

/** A view by step, moved to where its steps lie; what lies before the first known step has no place and is left out. */
export function moved(view: SeriesView, clock: StepClock): SeriesView {
  const known = view.x.findIndex((step) => step >= clock.step[0]!);
  const from = known === -1 ? view.x.length : known;
  const rest = Object.fromEntries(SERIES_COLUMNS.map((name) => [name, view[name].slice(from)])) as Pick<
    SeriesView,
    (typeof SERIES_COLUMNS)[number]
  >;
  const place = (step: number): number => placeOfStep(clock, step, null) ?? Number.NaN;
  return { ...view, ...rest, x: rest.x.map(place), xLast: rest.xLast.map(place) };
}
