import type { PointGroup } from "#lib/protocol/index.ts";

/** Gathers observations into columns, one group for each set of names. Names are sorted, so printed order does not matter. */
export class GroupBuilder {
  #groups = new Map<string, OpenGroup>();
  #lastNames: readonly string[] | null = null;
  #lastGroup: OpenGroup | null = null;

  /** `at` is NaN when unknown. Lines must not descend. */
  add(names: readonly string[], values: readonly number[], step: number, at: number, line: number): void {
    const group = this.#groupOf(names);
    group.step.push(step);
    group.at.push(at);
    group.line.push(line);
    for (let i = 0; i < values.length; i += 1) group.values[group.columns[i]!]!.push(values[i]!);
  }

  /** What was added since the last call, in the order in which the groups began. */
  take(): PointGroup[] {
    const groups = [...this.#groups.values()].map(
      ({ names, step, at, line, values }): PointGroup => ({
        names,
        step: Float64Array.from(step),
        at: Float64Array.from(at),
        line: Float64Array.from(line),
        values: values.map((column) => Float64Array.from(column)),
      }),
    );
    this.#groups.clear();
    this.#lastNames = null;
    this.#lastGroup = null;
    return groups;
  }

  #groupOf(names: readonly string[]): OpenGroup {
    if (names === this.#lastNames && this.#lastGroup) return this.#lastGroup;
    const sorted = [...names].sort();
    const key = sorted.join("\n");
    let group = this.#groups.get(key);
    if (!group) {
      group = { names: sorted, columns: [], step: [], at: [], line: [], values: sorted.map(() => []) };
      this.#groups.set(key, group);
    }
    const isOrderKnown = group.columns.length > 0 && names.every((name, i) => sorted[group.columns[i]!] === name);
    if (!isOrderKnown) {
      const places = new Map(sorted.map((name, i) => [name, i]));
      group.columns = names.map((name) => places.get(name)!);
    }
    this.#lastNames = names;
    this.#lastGroup = group;
    return group;
  }
}

type OpenGroup = {
  names: string[];
  /** For the i-th value as printed, its column; of the order printed last. */
  columns: number[];
  step: number[];
  at: number[];
  line: number[];
  values: number[][];
};
