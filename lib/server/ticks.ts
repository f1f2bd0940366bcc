import { quietAfterMs } from "#lib/core/index.ts";
import type { GpuReading } from "#lib/diagnosis/index.ts";
import type { GpuMetric } from "#lib/protocol/index.ts";
import type { GpuState } from "#lib/rules/index.ts";
import type { ReadStore, StoredGpu, StoredRun } from "#lib/store/index.ts";

/** What there is to see of a run between its records. */
export type Glance = {
  gpus: (GpuReading & GpuState)[];
  /** Its records come as they use to. */
  isTraining: boolean;
  step: number | null;
};

/** What a tick of the diagnosis needs beside the run: its agent's clock, and what its GPUs show now. */
export type TickSources = Pick<ReadStore, "run" | "gpus"> & {
  /** An agent's clock now, epoch ms; null while it is away. */
  clockOf(agent: string): number | null;
  tick(run: string, now: number, glance: Glance): Promise<void>;
};

/** What was read longer ago is not what a GPU shows now; nor is what a clock that was set back will show. */
const FRESH_MS = 30_000;

/**
 * Ticks those of the runs whose agent is connected. What it sends comes in order, so where the GPUs' readings are fresh the
 * log is too; a run whose GPUs were read once and are not now cannot be told from one whose records are on their way, and is
 * left alone. One that never had any is ticked with none.
 */
export async function tickRuns(runs: readonly string[], sources: TickSources): Promise<void> {
  const byHost = new Map<string, Glance["gpus"] | null>();
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
    if (gpus) await sources.tick(id, now, { gpus, isTraining: isTraining(run, now), step: run.step });
  }
}

/** @param now by the clock of its agent, by which its log was written */
function isTraining({ status, lastDataAt, view }: StoredRun, now: number): boolean {
  return now - (status?.mtimeMs ?? lastDataAt ?? 0) <= quietAfterMs(view?.rhythm.msPerRecord ?? null);
}

/** The newest reading of each GPU of the run's host; null when none is fresh. */
async function readingsNow(run: string, now: number, sources: TickSources): Promise<Glance["gpus"] | null> {
  const gpus = await sources.gpus(run, { from: now - FRESH_MS, to: now + FRESH_MS, buckets: 1 });
  return gpus.length === 0 ? null : gpus.map(reading);
}

function reading({ uuid, index, series }: StoredGpu): Glance["gpus"][number] {
  const newest = (metric: GpuMetric): number =>
    series.find((view) => view.metric === metric)?.last.at(-1) ?? Number.NaN;
  return {
    uuid,
    index,
    utilization: newest("utilization.gpu"),
    powerWatts: newest("power.draw"),
    memoryUsed: newest("memory.used"),
    memoryTotal: newest("memory.total"),
    temperature: newest("temperature.gpu"),
    throttle: newest("clocks_event_reasons.active"),
    uncorrected: newest("ecc.errors.uncorrected.volatile.total"),
  };
}
