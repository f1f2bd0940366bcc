import { expect, test } from "vitest";
import type { GpuMetric, GpuView } from "#lib/protocol/index.ts";
import { gpuLanes, gpuTime } from "./gpu-lanes.ts";

function gpu(values: Partial<Record<GpuMetric, (number | null)[]>>, start = 1000): GpuView {
  const series = Object.fromEntries(
    Object.entries(values).map(([metric, value]) => [metric, { at: value.map((_, i) => start + i), value }]),
  );
  return { uuid: "GPU-0", index: 0, model: "H100", host: "node-1", lastAt: 0, latest: {}, series };
}
const scales = (...gpus: GpuView[]) => gpuLanes(gpus).map(({ quantity, scale }) => [quantity, scale.low, scale.high]);

test("a lane reaches to what the quantity is measured against, on one scale for all GPUs", () => {
  const small = gpu({ "utilization.gpu": [3], "memory.used": [100], "memory.total": [40_960], "power.draw": [60] });
  const large = gpu({ "memory.used": [null, 70_000], "memory.total": [81_559], "enforced.power.limit": [700] });
  expect(scales(small, large)).toEqual([
    ["utilization", 0, 100],
    ["memory", 0, 81_559],
    ["power", 0, 700],
  ]);
});

test("what no GPU tells has no lane, and what exceeds its scale widens it", () => {
  expect(scales(gpu({ "temperature.gpu": [28, 97], "power.draw": [712.4], "enforced.power.limit": [700] }))).toEqual([
    ["temperature", 20, 97],
    ["power", 0, 713],
  ]);
  expect(scales(gpu({}))).toEqual([]);
});

test("all lanes begin where the first of them has a reading", () => {
  const gpus = [gpu({ "power.draw": [60] }, 5000), gpu({ "power.draw": [60] }, 3000)];
  expect(gpuTime({ from: 2000, to: 9000, gpus })).toEqual({ from: 3000, to: 9000 });
});
