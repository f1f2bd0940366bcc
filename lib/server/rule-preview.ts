import { METRIC, RULE_LIMITS, type RulePreview, toJsonValue, type UserRule } from "#lib/protocol/index.ts";
import { matchesGlob, newSeriesState, passTime, pushPoint, type SeriesChange } from "#lib/rules/index.ts";
import type { ReadStore, StoredRun } from "#lib/store/index.ts";

/**
 * What a rule would have said of a run that is stored: its points at full resolution, through the same evaluator as live.
 * Each series is judged by itself, as it is there, and what they say is laid together by the order in which it came.
 */
type RunPreview = Pick<RulePreview["runs"][number], "fired" | "at" | "cut"> & {
  /** Points that were read for it. */
  points: number;
};

const PAGE = 50_000;
/** Points read of one series; of longer ones the first. */
const SERIES_POINTS = 1_000_000;
const RUN_POINTS = 3_000_000;
const TOLD = 100;

type Happened = { ord: number; metric: string; change: SeriesChange };

export async function previewRule(
  store: Pick<ReadStore, "run" | "points" | "series">,
  id: string,
  rule: UserRule,
): Promise<RunPreview> {
  const run = await store.run(id);
  const metrics = (run?.metrics ?? []).map(({ name }) => name).filter((name) => matchesGlob(rule.metric, name));
  const watched = metrics.slice(0, RULE_LIMITS.series);
  const until = run && rule.test.kind === "absence" && watched.length > 0 ? await lastTime(store, run) : Number.NaN;
  const happened: Happened[] = [];
  let [points, cut] = [0, metrics.length > watched.length];
  for (const metric of watched) {
    const room = Math.min(SERIES_POINTS, RUN_POINTS - points);
    const read = await readSeries(store, id, metric, rule, { until, room, happened });
    points += read.points;
    cut ||= read.cut;
  }
  return { ...laidTogether(happened), points, cut };
}

async function readSeries(
  store: Pick<ReadStore, "points">,
  run: string,
  metric: string,
  rule: UserRule,
  { until, room, happened }: { until: number; room: number; happened: Happened[] },
): Promise<{ points: number; cut: boolean }> {
  const state = newSeriesState(rule);
  let points = 0;
  let next: number | null = 0;
  while (next !== null && points < room) {
    const page = await store.points(run, metric, next, Math.min(PAGE, room - points));
    for (let i = 0; i < page.ord.length; i++) {
      const point = { step: page.step[i]!, at: page.at[i]!, attempt: page.attempt[i]!, value: page.value[i]! };
      for (const change of pushPoint(rule, state, point)) happened.push({ ord: page.ord[i]!, metric, change });
    }
    points += page.ord.length;
    next = page.next;
  }
  if (next === null)
    for (const change of passTime(rule, state, until)) happened.push({ ord: Number.POSITIVE_INFINITY, metric, change });
  return { points, cut: next !== null };
}

/** The newest time that any line of the run told; NaN where none did. */
async function lastTime(store: Pick<ReadStore, "series">, run: StoredRun): Promise<number> {
  const known = run.metrics.map(({ name }) => name);
  const usual = [...new Set<string>([METRIC.trainLoss, ...known])]
    .filter((name) => known.includes(name))
    .slice(0, RULE_LIMITS.series);
  const { series } = await store.series(run.id, { metrics: usual, x: "time", from: null, to: null, buckets: 1 });
  return Math.max(...series.map(({ xLast }) => xLast.at(-1) ?? Number.NaN).filter(Number.isFinite));
}

/** An alert begins with the first series that fires and is over with the last. */
function laidTogether(happened: Happened[]): Pick<RunPreview, "fired" | "at"> {
  const firing = new Set<string>();
  const at: RunPreview["at"] = [];
  let fired = 0;
  for (const { metric, change } of happened.sort((a, b) => a.ord - b.ord)) {
    if (change.kind === "ended") {
      firing.delete(metric);
      continue;
    }
    if (firing.size === 0) {
      fired++;
      if (at.length < TOLD) at.push(told(metric, change));
    }
    firing.add(metric);
  }
  return { fired, at };
}

function told(metric: string, { step, at, value }: SeriesChange): RunPreview["at"][number] {
  return {
    metric,
    step: Number.isFinite(step) ? step : null,
    at: Number.isFinite(at) ? at : null,
    value: value === null ? null : toJsonValue(value),
  };
}
