/**
 * The whole run in at most 128 buckets of equally many points. When they are full, neighbours merge and the bucket width
 * doubles: between 64 and 128 buckets at any time, whatever the length (DIAGNOSIS.md §2.2).
 */
export const BUCKETS = 128;

/** Column `i` of every array is bucket `i`; those from `count` on are unused. */
export type History = {
  /** Points in a full bucket, a power of two; and full buckets. */
  width: number;
  count: number;
  /** The first value: distances are summed from it, so that a large offset does not eat the digits. */
  origin: number;
  columns: Columns<Float64Array>;
  /** The bucket being filled. */
  open: Columns<number> & { points: number };
};

type Columns<T> = {
  /** Sum of the (winsorised) loss. */
  sum: T;
  /** Sum of squared distances from `origin`: the spread within the bucket. */
  power: T;
  /** Squared differences of successive losses, summed, and how many they are. */
  squares: T;
  pairs: T;
  /** Cumulative learning rate × steps, and the step, at the bucket's last point. */
  area: T;
  step: T;
  /** Sum of the learning rate over the bucket's points. */
  rate: T;
  /** Sum of ln(gradient norm) over the points that had one, and how many they are. */
  logNorm: T;
  norms: T;
};

const SUMMED = [
  "sum",
  "power",
  "squares",
  "pairs",
  "rate",
  "logNorm",
  "norms",
] as const satisfies (keyof Columns<number>)[];
const LATEST = ["area", "step"] as const satisfies (keyof Columns<number>)[];
const ALL = [...SUMMED, ...LATEST] as const;

export function newHistory(): History {
  const column = () => new Float64Array(BUCKETS);
  return {
    width: 1,
    count: 0,
    origin: Number.NaN,
    columns: {
      sum: column(),
      power: column(),
      squares: column(),
      pairs: column(),
      area: column(),
      step: column(),
      rate: column(),
      logNorm: column(),
      norms: column(),
    },
    open: emptyBucket(),
  };
}

/** One loss value and what came with it, as the buckets take it in. */
export type HistoryPoint = {
  value: number;
  /** The loss before it, or NaN at the start of a series. */
  previous: number;
  step: number;
  area: number;
  rate: number;
  /** NaN when unknown. */
  gradNorm: number;
};

/** Adds a point; true when it completed a bucket. */
export function pushHistory(history: History, point: HistoryPoint): boolean {
  if (Number.isNaN(history.origin)) history.origin = point.value;
  const { open } = history;
  open.points++;
  open.sum += point.value;
  open.power += (point.value - history.origin) ** 2;
  open.area = point.area;
  open.step = point.step;
  open.rate += point.rate;
  if (point.gradNorm > 0 && point.gradNorm < Number.POSITIVE_INFINITY) {
    open.logNorm += Math.log(point.gradNorm);
    open.norms++;
  }
  const change = point.value - point.previous;
  if (!Number.isNaN(change)) {
    open.squares += change * change;
    open.pairs++;
  }
  if (open.points < history.width) return false;
  const { columns } = history;
  for (const name of ALL) columns[name][history.count] = open[name];
  history.count++;
  history.open = emptyBucket();
  if (history.count >= BUCKETS) mergePairs(history);
  return true;
}

/** Forgets every bucket that reaches beyond `step`, and the open one: training went back there. */
export function rewindHistory(history: History, step: number): void {
  while (history.count > 0 && history.columns.step[history.count - 1]! > step) history.count--;
  history.open = emptyBucket();
}

/** Multiplies all areas and rates: what was counted at a rate of 1 is put at the rate that was learnt later. */
export function scaleHistoryRates(history: History, factor: number): void {
  for (const name of ["area", "rate"] as const) {
    for (let i = 0; i < history.count; i++) history.columns[name][i]! *= factor;
    history.open[name] *= factor;
  }
}

/** Mean loss of bucket `i`. */
export function bucketMean(history: History, i: number): number {
  return history.columns.sum[i]! / history.width;
}

/** Variance of the values within bucket `i`. */
export function bucketVariance(history: History, i: number): number {
  const { columns, width, origin } = history;
  return Math.max(0, columns.power[i]! / width - (bucketMean(history, i) - origin) ** 2);
}

/** The step in the middle of bucket `i`; `firstStep` is where the history begins. */
export function bucketCentre(history: History, i: number, firstStep: number): number {
  const { step } = history.columns;
  const from = i === 0 ? firstStep : step[i - 1]!;
  // A bucket of one point lies at its point; a wider one reaches from behind its predecessor's last.
  return history.width === 1 ? step[i]! : (from + step[i]!) / 2;
}

/** Geometric mean of the gradient norm in bucket `i`; NaN where none was logged. */
export function bucketNorm(history: History, i: number): number {
  return Math.exp(history.columns.logNorm[i]! / history.columns.norms[i]!);
}

function mergePairs(history: History): void {
  const { columns } = history;
  const half = history.count >> 1;
  for (const name of SUMMED) {
    const column = columns[name];
    for (let i = 0; i < half; i++) column[i] = column[2 * i]! + column[2 * i + 1]!;
  }
  for (const name of LATEST) {
    const column = columns[name];
    for (let i = 0; i < half; i++) column[i] = column[2 * i + 1]!;
  }
  history.count = half;
  history.width *= 2;
}

function emptyBucket(): History["open"] {
  return { points: 0, sum: 0, power: 0, squares: 0, pairs: 0, area: 0, step: 0, rate: 0, logNorm: 0, norms: 0 };
}
