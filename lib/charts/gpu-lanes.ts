import type { GpuMetric, GpusView, GpuView } from "#lib/protocol/index.ts";

/** GPUs as small multiples: a column each, and a lane per quantity on one scale, so that an odd one stands out by its shape. */
export type GpuLane = {
  quantity: "utilization" | "memory" | "temperature" | "power";
  metric: GpuMetric;
  /** In the metric's own unit: %, MiB, °C, W. */
  scale: { low: number; high: number };
};

/** In the order they are shown. `limit` is what the quantity is measured against, or the metric that says so. */
const LANES: readonly (Omit<GpuLane, "scale"> & { low: number; limit: number | GpuMetric })[] = [
  { quantity: "utilization", metric: "utilization.gpu", low: 0, limit: 100 },
  { quantity: "memory", metric: "memory.used", low: 0, limit: "memory.total" },
  // The one scale without a true zero: from a GPU at rest to the heat at which it slows down.
  { quantity: "temperature", metric: "temperature.gpu", low: 40, limit: 95 },
  { quantity: "power", metric: "power.draw", low: 0, limit: "enforced.power.limit" },
];

/** The lanes that any of the GPUs has readings for. */
export function gpuLanes(gpus: readonly GpuView[]): GpuLane[] {
  return LANES.flatMap(({ quantity, metric, low, limit }) => {
    const values = readings(gpus, metric);
    if (values.length === 0) return [];
    const limits = typeof limit === "number" ? [limit] : readings(gpus, limit);
    const lowest = Math.floor(least(values) / 10) * 10;
    const scale = { low: Math.min(low, lowest), high: Math.max(...limits.map(Math.round), Math.ceil(most(values)), 1) };
    return [{ quantity, metric, scale }];
  });
}

/** The stretch of time that all lanes share, epoch ms: from the first reading of any GPU. */
export function gpuTime({ from, to, gpus }: GpusView): { from: number; to: number } {
  const starts = gpus.flatMap(({ series }) => Object.values(series).flatMap(({ at }) => at.slice(0, 1)));
  return { from: Math.max(from, least(starts.length > 0 ? starts : [from])), to };
}

function readings(gpus: readonly GpuView[], metric: GpuMetric): number[] {
  return gpus.flatMap(({ series }) => (series[metric]?.value ?? []).filter((value) => value !== null));
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
