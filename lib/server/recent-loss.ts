import { METRIC } from "#lib/protocol/index.ts";
import type { IngestStore, StoredRun } from "#lib/store/index.ts";

const [OBSERVATIONS, BUCKETS] = [480, 24];

/** The loss of a run's newest observations as at most 24 means, oldest first: enough to draw it in a line of text. */
export async function recentLoss(store: Pick<IngestStore, "observations">, run: StoredRun): Promise<number[]> {
  const page = await store.observations(run.id, Math.max(0, run.observations - OBSERVATIONS), OBSERVATIONS);
  const losses = page.groups
    .flatMap(({ names, ord, values }) => {
      const at = names.indexOf(METRIC.trainLoss);
      return at < 0 ? [] : Array.from(values[at]!, (value, i) => [ord[i]!, value] as const);
    })
    .filter(([, value]) => Number.isFinite(value))
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
  const size = Math.max(1, losses.length / BUCKETS);
  return Array.from({ length: Math.min(BUCKETS, losses.length) }, (_, i) => {
    const some = losses.slice(Math.floor(i * size), Math.max(Math.floor(i * size) + 1, Math.floor((i + 1) * size)));
    return Number((some.reduce((sum, value) => sum + value, 0) / some.length).toPrecision(4));
  });
}
