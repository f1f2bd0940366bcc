import { METRIC } from "#lib/protocol/index.ts";

/** Metrics that belong on one chart: the same quantity of several splits, or the statistics of one quantity. */
export type MetricGroup = {
  /** The first metric's name: what an address calls the chart. */
  id: string;
  /** What its metrics share. */
  title: string;
  /** The folder it is listed under; "" for a metric without one. */
  folder: string;
  metrics: string[];
  points: number;
};

/** Lines a chart can tell apart by letter and dash. */
export const LINES_MOST = 5;
export const CHARTS_MOST = 24;
const SHOWN_AT_FIRST = 6;

/** What the strip shows or counts its axes by, and what is printed beside every metric but is none. */
const ELSEWHERE = new Set<string>([
  METRIC.trainLoss,
  METRIC.evalLoss,
  METRIC.learningRate,
  METRIC.gradNorm,
  METRIC.tokensPerSecond,
  METRIC.epoch,
]);
const SPLITS = new Set(["train", "training", "eval", "val", "valid", "validation", "test", "dev"]);
/** After the quantity (`kl_mean`) or before it (`completions/mean_length`). */
const STATISTIC =
  /(?<after>[_/.](?:mean|avg|average|min|max|std|median|p\d\d?)$)|(?<=^|\/)(?<before>(?:mean|avg|min|max|std|median)_)/;

/** Every other metric of a run, grouped, in the order given; within a group training and means come first. */
export function metricGroups(metrics: readonly { name: string; points: number }[]): MetricGroup[] {
  const groups = new Map<string, MetricGroup[]>();
  for (const { name, points } of metrics.toSorted((a, b) => orderOf(a.name) - orderOf(b.name))) {
    if (ELSEWHERE.has(name) || points === 0) continue;
    const key = quantityOf(name);
    const alike = groups.get(key) ?? [];
    groups.set(key, alike);
    const open = alike.at(-1);
    if (open && open.metrics.length < LINES_MOST) {
      open.metrics.push(name);
      open.points += points;
      open.title = key;
    } else alike.push({ id: name, title: name, folder: folderOf(name), metrics: [name], points });
  }
  const place = new Map(metrics.map(({ name }, i) => [name, i]));
  const first = (group: MetricGroup): number => Math.min(...group.metrics.map((name) => place.get(name)!));
  return [...groups.values()].flat().sort((a, b) => first(a) - first(b));
}

const FIRST = /^train|(^|[_/.])(mean|avg|average)([_/.]|$)/;
const orderOf = (name: string): number => (FIRST.test(name) ? 0 : 1);

/** A metric's short name within its group. */
export function nameInGroup({ metrics }: MetricGroup, name: string): string {
  if (metrics.length === 1) return name;
  const split = splitOf(name);
  const statistic = STATISTIC.exec(name)?.[0].replaceAll(/^[_/.]|_$/g, "");
  if (statistic !== undefined && metrics.every((other) => splitOf(other) === split)) return statistic;
  return SPLITS.has(split) ? (statistic === undefined ? split : `${split} ${statistic}`) : name;
}

/** Charts shown before anybody has chosen: what tells most of a training, then what comes first. */
export function groupsAtFirst(groups: readonly MetricGroup[]): MetricGroup[] {
  const ranked = groups.map((group, order) => ({ group, order, rank: rankOf(group.title) }));
  ranked.sort((a, b) => a.rank - b.rank || a.order - b.order);
  const chosen = new Set(ranked.slice(0, SHOWN_AT_FIRST).map(({ group }) => group));
  return groups.filter((group) => chosen.has(group));
}

/** Quantities that people look at first, best first. */
const TELLING = [
  /(^|[/_])(acc|accuracy|f1|bleu|rouge|map|miou|iou|auc|perplexity|ppl)/i,
  /reward/i,
  /(^|[/_])kl($|[/_])|kl_div|entropy|margin/i,
  /loss/i,
  /(eval|val|test)/i,
  /(samples|tokens|steps|images|iterations).*(second|sec|\/s)|mfu|throughput/i,
];

function rankOf(title: string): number {
  const found = TELLING.findIndex((pattern) => pattern.test(title));
  return found < 0 ? TELLING.length : found;
}

function quantityOf(name: string): string {
  const [first, ...rest] = name.split("/");
  const unsplit = rest.length > 0 && SPLITS.has(first!.toLowerCase()) ? rest.join("/") : name;
  return unsplit.replace(STATISTIC, "");
}

const splitOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf("/")));
const folderOf = (name: string): string => (name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "");
