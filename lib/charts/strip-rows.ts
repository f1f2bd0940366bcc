import { METRIC } from "#lib/protocol/index.ts";
import { LANE_METRIC, type StripScene } from "./strip-scene.ts";
import type { Trace } from "./trace.ts";

/**
 * What is shown as a table: one row per place on the axis that any line has a point at, ascending; one column per metric. A
 * bucket of many points has its first, lowest, highest and last one, as its line has. Times are ISO 8601; what is not a number
 * is spelled out.
 */
export function stripRows({ x, lanes, eval: evaluation, toStep }: StripScene): string[][] {
  const columns: { name: string; line: Trace }[] = lanes.flatMap(({ name, line }) => [
    { name: LANE_METRIC[name], line },
    ...(name === "loss" ? [{ name: METRIC.evalLoss, line: evaluation }] : []),
  ]);
  const rows = new Map<string, { at: number; cells: string[] }>();
  const put = (at: number, column: number, value: string): void => {
    if (at < x.min || at > x.max) return;
    // Two values of one metric in one place, as the extremes of a bucket are, are two rows.
    for (let k = 0; ; k++) {
      const key = `${at} ${k}`;
      const row = rows.get(key) ?? { at, cells: columns.map(() => "") };
      rows.set(key, row);
      if (row.cells[column] !== "") continue;
      row.cells[column] = value;
      return;
    }
  };
  columns.forEach(({ line: { xy, nonFinite } }, column) => {
    for (let i = 0; i < xy.length; i += 2) if (Number.isFinite(xy[i + 1]!)) put(xy[i]!, column, String(xy[i + 1]!));
    for (const { from, kind } of nonFinite) put(from, column, SPELLED[kind]);
  });
  const place = (at: number): string[] => {
    if (x.kind === "step") return [String(at)];
    const step = toStep(at);
    return [x.kind === "time" ? new Date(at).toISOString() : String(at), step === null ? "" : String(Math.round(step))];
  };
  return [
    [x.kind, ...(x.kind === "step" ? [] : ["step"]), ...columns.map(({ name }) => name)],
    ...[...rows.values()].sort((a, b) => a.at - b.at).map(({ at, cells }) => [...place(at), ...cells]),
  ];
}

const SPELLED = { NaN: "NaN", inf: "Infinity", "\u2212inf": "-Infinity" } as const;
