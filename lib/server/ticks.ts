import type { GpuReading } from "#lib/diagnosis/index.ts";
import type { GpuMetric } from "#lib/protocol/index.ts";
import type { ReadStore, StoredGpu } from "#lib/store/index.ts";

/** What a tick of the diagnosis needs beside the run: its agent's clock, and what its GPUs show now. */
export type TickSources = Pick<ReadStore, "run" | "gpus"> & {
  /** An agent's clock now, epoch ms; null while it is away. */
  clockOf(agent: string): number | null;
  tick(run: string, now: number, gpus: GpuReading[]): Promise<void>;
};

/** What was read longer ago is not what a GPU shows now; nor is what a clock that was set back will show. */
const FRESH_MS = 30_000;

/**
 * Ticks those of the runs whose agent is connected. What it sends comes in order, so where the GPUs' readings are fresh the
 * log is too; a run whose GPUs were read once and are not now cannot be told from one whose records are on their way, and is
 * left alone. One that never had any is ticked with none.
 */
export async function tickRuns(runs: readonly string[], sources: TickSources): Promise<void> {
  const byHost = new Map<string, GpuReading[] | null>();
  for (const id of runs) {
    const run = await sources.run(id);
    const now = run && sources.clockOf(run.agent);
    if (!run || now === null) continue;
    const host = `${run.agent}\0${run.host}`;
    let gpus = byHost.get(host);
    if (gpus === undefined) {
      gpus = run.gpus === 0 ? [] : await readingsNow(id, now, sources);
      byHost.set(host, gpus);
    }
    if (gpus) await sources.tick(id, now, gpus);
  }
}

/** The newest reading of each GPU of the run's host; null when none is fresh. */
async function readingsNow(run: string, now: number, sources: TickSources): Promise<GpuReading[] | null> {
  const gpus = await sources.gpus(run, { from: now - FRESH_MS, to: now + FRESH_MS, buckets: 1 });
  return gpus.length === 0 ? null : gpus.map(reading);
}

function reading({ uuid, series }: StoredGpu): GpuReading {
  const newest = (metric: GpuMetric): number =>
    series.find((view) => view.metric === metric)?.last.at(-1) ?? Number.NaN;
  return { uuid, utilization: newest("utilization.gpu"), powerWatts: newest("power.draw") };
}
