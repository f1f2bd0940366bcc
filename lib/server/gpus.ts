import type { GpuMetric, GpusView, GpuView, RunSummary, SeriesView } from "#lib/protocol/index.ts";
import type { StoredGpu } from "#lib/store/index.ts";

/** The GPUs beside a run, in the time of that run: what they did before and after is another run's. */

/** Clocks of agent and server may differ, and a training warms up before its first line. */
const SLACK_MS = 60_000;
/** What the GPUs did after the last line tells why it was the last. */
const SILENCE_MS = 60 * 60_000;
/** Longer without a reading is a hole. Readings come every second, or every few from a host of many GPUs. */
const HOLE_MS = 15_000;

/** The last `minutes` of a run as its GPUs are shown, epoch ms; null when there is nothing to show. */
export function gpuRange(
  { state, startedAt, lastDataAt }: Pick<RunSummary, "state" | "startedAt" | "lastDataAt">,
  minutes: number,
  now: number,
): { from: number; to: number } | null {
  const isOver = state === "finished" || state === "failed";
  const isSilent = state === "quiet" || state === "lost";
  const end = (lastDataAt ?? now) + (isOver ? SLACK_MS : SILENCE_MS);
  const to = isOver || isSilent ? Math.min(now, end) : now;
  const from = Math.max(to - minutes * 60_000, startedAt - SLACK_MS);
  return from < to ? { from, to } : null;
}

export function gpusView(range: { from: number; to: number }, gpus: readonly StoredGpu[]): GpusView {
  return { ...range, gpus: gpus.map(gpuView) };
}

function gpuView({ series, ...gpu }: StoredGpu): GpuView {
  const lastAt = Math.max(...series.map(endOf));
  const known = series.filter((view) => endOf(view) >= lastAt - HOLE_MS);
  const byMetric = <T>(views: readonly SeriesView[], value: (view: SeriesView) => T): Partial<Record<GpuMetric, T>> =>
    Object.fromEntries(views.map((view) => [view.metric, value(view)]));
  return {
    ...gpu,
    lastAt,
    latest: byMetric(known, ({ last }) => last.at(-1) as number),
    series: byMetric(series, drawn),
  };
}

const endOf = ({ xLast }: SeriesView): number => xLast.at(-1) as number;

/** The lowest and highest of each bucket, nearest to its first value first; null where nothing was read. */
function drawn({ x, xLast, first, min, max }: SeriesView): { at: number[]; value: (number | null)[] } {
  const at: number[] = [];
  const value: (number | null)[] = [];
  const add = (time: number, reading: number | null): void => {
    at.push(Math.round(time));
    value.push(reading);
  };
  for (let i = 0; i < x.length; i++) {
    const [from, to, low, high] = [x[i], xLast[i], min[i], max[i]] as [number, number, number, number];
    if (i > 0 && from - (xLast[i - 1] as number) > HOLE_MS) add(from, null);
    const rises = (first[i] as number) - low <= high - (first[i] as number);
    add(from, rises ? low : high);
    if (to > from) add(to, rises ? high : low);
  }
  return { at, value };
}
