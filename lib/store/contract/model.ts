import { type Chunk, METRIC, type SeriesView } from "#lib/protocol/index.ts";
import type { SeriesQuery } from "../store.ts";

/** What a run is, said as plainly as can be: a list of observations. Tests hold stores against it. */
export type Observation = {
  ord: number;
  attempt: number;
  step: number;
  at: number;
  line: number;
  values: ReadonlyMap<string, number>;
};

/** One of the run's files: what it said, and how it counts attempts. */
class FileModel {
  readonly rank: number;
  readonly observations: Observation[] = [];
  readonly attempts: { attempt: number; fromStep: number }[] = [];
  /** By set of metrics: its last step and the attempt that was in. */
  readonly #sets = new Map<string, { step: number; attempt: number }>();

  constructor(rank: number) {
    this.rank = rank;
  }

  add(row: Omit<Observation, "attempt">): void {
    const key = [...row.values.keys()].sort().join("\n");
    const set = this.#sets.get(key);
    const current = this.attempts.length;
    if (current === 0 || (set?.attempt === current && row.step < set.step)) {
      this.attempts.push({ attempt: current + 1, fromStep: row.step });
    }
    const attempt = this.attempts.length;
    this.#sets.set(key, { step: row.step, attempt });
    this.observations.push({ attempt, ...row });
  }

  isOverrun(attempt: number, step: number): boolean {
    return this.attempts.some((later) => later.attempt > attempt && step >= later.fromStep);
  }
}

export class RunModel {
  /** By key, in the order they came. */
  readonly #files = new Map<string, FileModel>();
  #observations = 0;

  /** @param rank of the record's file */
  add(record: Pick<Chunk, "file" | "groups">, rank = 0): void {
    const rows = record.groups.flatMap(({ names, step, at, line, values }) =>
      Array.from(step, (_, i) => ({
        step: step[i]!,
        at: at[i]!,
        line: line[i]!,
        values: new Map(names.map((name, k) => [name, values[k]![i]!])),
      })),
    );
    const file = this.#files.get(record.file) ?? new FileModel(rank);
    this.#files.set(record.file, file);
    // Stable: rows of one line keep the order of their groups.
    for (const row of rows.sort((a, b) => a.line - b.line)) file.add({ ord: this.#observations++, ...row });
  }

  /** How many observations the main file has. */
  get length(): number {
    const telling = [...this.#files.values()].filter(({ observations }) => observations.length > 0);
    return telling.toSorted((a, b) => b.rank - a.rank)[0]?.observations.length ?? 0;
  }

  get attempts(): FileModel["attempts"] {
    return this.#leader?.attempts ?? [];
  }

  /** What is told of the run: each metric by its owner alone. */
  observations(): Observation[] {
    return [...this.#files.values()]
      .flatMap((file) =>
        file.observations.map((row) => ({
          ...row,
          attempt: file === this.#leader ? row.attempt : 1,
          values: new Map([...row.values].filter(([metric]) => this.#owner(metric) === file)),
        })),
      )
      .filter(({ values }) => values.size > 0)
      .sort((a, b) => a.ord - b.ord);
  }

  points(metric: string): (Omit<Observation, "values"> & { value: number })[] {
    return (this.#owner(metric)?.observations ?? []).flatMap(({ values, ...rest }) => {
      const value = values.get(metric);
      return value === undefined ? [] : [{ ...rest, value }];
    });
  }

  /** The points a view of the series has to show, by x. */
  shown(
    metric: string,
    { x, from, to, superseded = false }: Pick<SeriesQuery, "x" | "from" | "to" | "superseded">,
  ): { x: number; value: number }[] {
    const owner = this.#owner(metric);
    return (owner?.observations ?? [])
      .flatMap(({ attempt, step, at, values }) => {
        const value = values.get(metric);
        const place = { step, time: at, epoch: values.get("epoch"), tokens: values.get("num_tokens") }[x];
        if (value === undefined || place === undefined || !Number.isFinite(place)) return [];
        if (place < (from ?? -Infinity) || place > (to ?? Infinity)) return [];
        if (owner!.isOverrun(attempt, step) !== superseded) return [];
        return [{ x: place, value }];
      })
      .sort((a, b) => a.x - b.x);
  }

  get #leader(): FileModel | undefined {
    return (
      this.#owner(METRIC.trainLoss) ?? this.#richest((file) => file.observations.find(({ ord }) => ord === 0)?.ord)
    );
  }

  #owner(metric: string): FileModel | undefined {
    return this.#richest((file) => file.observations.find(({ values }) => values.has(metric))?.ord);
  }

  /** Of the files that `since` gives an ord for, the one of the highest rank; of equals the one with the lowest. */
  #richest(since: (file: FileModel) => number | undefined): FileModel | undefined {
    return [...this.#files.values()]
      .flatMap((file) => {
        const ord = since(file);
        return ord === undefined ? [] : [{ file, ord }];
      })
      .sort((a, b) => b.file.rank - a.file.rank || a.ord - b.ord)[0]?.file;
  }
}

/** Every way in which a view fails to show the points; empty when it is right. */
export function faults(view: SeriesView, points: readonly { x: number; value: number }[], buckets: number): string[] {
  const found: string[] = [];
  const check = (isRight: boolean, fault: string): void => {
    if (!isRight) found.push(fault);
  };
  const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
  const counted = (holds: (value: number) => boolean): number => points.filter(({ value }) => holds(value)).length;
  const slots = [...view.x.keys()];
  check(slots.length <= buckets, `${slots.length} buckets, asked for ${buckets}`);
  check(view.shown === points.length, `shows ${view.shown} of ${points.length}`);
  check(sum(view.count) === counted(Number.isFinite), "finite count");
  check(sum(view.nan) === counted(Number.isNaN), "NaN count");
  check(sum(view.posInf) === counted((value) => value === Infinity), "+Infinity count");
  check(sum(view.negInf) === counted((value) => value === -Infinity), "-Infinity count");
  check(
    slots.every((i) => i === 0 || view.x[i - 1]! <= view.x[i]!),
    "x does not ascend",
  );
  const isIn = (slot: number, { x, value }: { x: number; value: number }): boolean => {
    if (x < view.x[slot]! || x > view.xLast[slot]!) return false;
    if (Number.isFinite(value)) return value >= view.min[slot]! && value <= view.max[slot]!;
    const counts = Number.isNaN(value) ? view.nan : value > 0 ? view.posInf : view.negInf;
    return counts[slot]! > 0;
  };
  for (const point of points) {
    check(
      slots.some((slot) => isIn(slot, point)),
      `${point.value} at ${point.x} is in no bucket`,
    );
  }
  for (const slot of slots) {
    const inside = points.filter(({ x }) => x >= view.x[slot]! && x <= view.xLast[slot]!).map(({ value }) => value);
    for (const column of ["first", "last", "min", "max"] as const) {
      const value = view[column][slot]!;
      const isKnown = view.count[slot] === 0 ? Number.isNaN(value) : inside.includes(value);
      check(isKnown, `${column} ${value} of bucket ${slot} is no point's value`);
    }
  }
  if (points.length <= buckets) {
    check(
      points.every(({ x }, i) => view.x[i] === x && view.xLast[i] === x),
      "not one bucket a point",
    );
    // Points of different groups at the same x may come in either order.
    const sorted = (rows: [x: number, value: number][]): [number, number][] =>
      rows.filter(([, value]) => Number.isFinite(value)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const expected = sorted(points.map(({ x, value }) => [x, value]));
    const shown = sorted(points.map((_, i) => [view.x[i]!, view.last[i]!]));
    check(
      expected.every(([, value], i) => Object.is(value, shown[i]?.[1])),
      "a raw value differs",
    );
  }
  return found;
}
