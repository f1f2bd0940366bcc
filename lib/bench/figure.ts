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

export type Bench = () => Figure[] | Promise<Figure[]>;

/** A figure from repeated measurements that has to stay at or below a limit. */
export function atMost(name: string, unit: string, values: readonly number[], limit: number): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const value = short(sorted[sorted.length >> 1]!);
  return {
    name,
    value,
    unit,
    spread: [short(sorted[0]!), short(sorted.at(-1)!)],
    runs: values.length,
    control: null,
    ratio: null,
    target: `≤ ${limit}`,
    pass: value <= limit,
  };
}

export const machine = (): { cpu: string; cores: number; node: string } => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  node: process.version,
});

const short = (value: number): number => Number(value.toPrecision(4));
