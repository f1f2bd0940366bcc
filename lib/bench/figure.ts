import { cpus } from "node:os";

/** A measured figure, as `npm run bench -- NAME --json` prints it. */
export type Figure = {
  name: string;
  /** Median of the runs, and their extremes. */
  value: number;
  unit: string;
  spread: [number, number];
  runs: number;
  /** What the figure is held against, measured in the same run; and value / control. */
  control: number | null;
  ratio: number | null;
  target: string;
  pass: boolean;
};

/** `megabytes`: how much a bench that reads files is to read. */
export type Bench = (size: { megabytes: number }) => Figure[] | Promise<Figure[]>;

/** A figure from repeated measurements that has to stay at or below a limit. */
export const atMost = (name: string, unit: string, values: readonly number[], limit: number): Figure =>
  figureOf(name, unit, values, `≤ ${limit}`, (value) => value <= limit);

/** One that has to reach a limit. */
export const atLeast = (name: string, unit: string, values: readonly number[], limit: number): Figure =>
  figureOf(name, unit, values, `≥ ${limit}`, (value) => value >= limit);

function figureOf(
  name: string,
  unit: string,
  values: readonly number[],
  target: string,
  passes: (value: number) => boolean,
): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const value = short(sorted[sorted.length >> 1]!);
  return {
    ...{ name, value, unit, target, control: null, ratio: null },
    spread: [short(sorted[0]!), short(sorted.at(-1)!)],
    runs: values.length,
    pass: passes(value),
  };
}

export const machine = (): { cpu: string; cores: number; node: string } => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  node: process.version,
});

const short = (value: number): number => Number(value.toPrecision(4));
