import type { StepClock, StripSeries } from "#lib/charts/index.ts";
import type { Delta, PointGroup, SeriesAnswer, SeriesView } from "#lib/protocol/index.ts";

/** What of a run's series is looked at: the axis, and a stretch of it in steps or all of it. */
export type SeriesQuery = { x: "step" | "time"; range: { from: number; to: number | null } | null };

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
  readonly clock: StepClock | null;
  #cursor: number;
  #appended = 0;

  /** @param until last x asked for, in units of the axis; null when the views reach to now */
  constructor(query: SeriesQuery, answer: SeriesAnswer, until: number | null, clock: StepClock | null) {
    this.query = query;
    this.views = new Map(answer.series.map((view) => [view.metric, view]));
    this.until = until;
    this.clock = clock;
    this.#cursor = answer.cursor;
  }

  get x(): "step" | "time" {
    return this.query.x;
  }

  /** The run's commits that are in here. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Raw points held beside the views. */
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

  #append({ names, step, at, values }: PointGroup): void {
    const x = this.x === "step" ? step : at;
    for (let i = 0; i < step.length; i++) {
      this.#learnTime(step[i]!, at[i]!);
      if (!Number.isFinite(x[i])) continue;
      for (let k = 0; k < names.length; k++) {
        const tail = this.#tail(names[k]!);
        tail.x.push(x[i]!);
        tail.y.push(values[k]![i]!);
        this.#appended++;
      }
    }
  }

  #tail(metric: string): Tail {
    const tail = this.tails.get(metric) ?? { x: [], y: [] };
    this.tails.set(metric, tail);
    return tail;
  }

  #learnTime(step: number, at: number): void {
    const { clock } = this;
    if (!clock || !(step > clock.step.at(-1)!) || !(at >= clock.at.at(-1)!)) return;
    clock.step.push(step);
    clock.at.push(at);
  }

  /** A line is drawn from left to right; a point left of its end belongs to another attempt, and the store knows where. */
  #goesBack(groups: readonly PointGroup[]): boolean {
    return groups.some(({ names, step, at }) => {
      const x = this.x === "step" ? step : at;
      const ascending = x.every((value, i) => i === 0 || !(value < x[i - 1]!));
      return !ascending || names.some((name) => x[0]! < this.#end(name));
    });
  }

  #end(metric: string): number {
    const view = this.views.get(metric);
    return this.tails.get(metric)?.x.at(-1) ?? view?.xLast[view.xLast.length - 1] ?? Number.NEGATIVE_INFINITY;
  }
}
