import type { DiagnosisView } from "#lib/protocol/index.ts";

export type Siblings = NonNullable<DiagnosisView["siblings"]>;
export type SiblingRun = Siblings["curve"][number];

/** A run in the plot, in shares of its width and height; `fate` says how its level is to be read. */
export type Placed = { run: SiblingRun; x: number; y: number; fate: "drawn" | "above" | "failed" };

export type SiblingsPlot = {
  points: Placed[];
  /** Of the rate axis. */
  ticks: { rate: number; x: number }[];
  /** Levels at the lower and the upper edge. */
  low: number;
  high: number;
};

/** Air on either side of the outermost rate, in decades. */
const MARGIN = 0.15;
/** A level that has lost more than this share is above the plot, unless it is the run's own. */
const REGRET_SHOWN = 0.6;

/** Level over the logarithm of the rate. Runs that failed stand at the upper edge: they have no level. */
export function siblingsPlot({ curve }: Siblings, own: string): SiblingsPlot {
  const logs = curve.map(({ rate }) => Math.log10(rate));
  const [from, to] = [Math.min(...logs) - MARGIN, Math.max(...logs) + MARGIN];
  const x = (rate: number): number => (Math.log10(rate) - from) / (to - from);
  const shown = curve.filter(
    ({ id, regret, level }) => level !== null && (id === own || (regret ?? 0) <= REGRET_SHOWN),
  );
  const levels = shown.map(({ level }) => level as number);
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  const span = high - low || Math.abs(low) || 1;
  const points = curve.map((run): Placed => {
    if (run.level === null) return { run, x: x(run.rate), y: 0, fate: "failed" };
    if (run.level > high) return { run, x: x(run.rate), y: 0, fate: "above" };
    return { run, x: x(run.rate), y: 1 - (run.level - low) / span, fate: "drawn" };
  });
  const ticks: SiblingsPlot["ticks"] = [];
  for (let decade = Math.ceil(from); decade <= to; decade++) ticks.push({ rate: 10 ** decade, x: x(10 ** decade) });
  return { points, ticks, low, high };
}

/** The places of the runs that have a level, joined in stretches: one that failed between two breaks the line. */
export function stretches(points: readonly Placed[]): Placed[][] {
  const lines: Placed[][] = [[]];
  for (const point of points) {
    if (point.fate === "failed") lines.push([]);
    else lines.at(-1)!.push(point);
  }
  return lines.filter((line) => line.length > 1);
}
