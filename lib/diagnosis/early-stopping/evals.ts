import { median, significant } from "#lib/core/index.ts";

/** The evaluations of one metric: the whole run thinned to at most 48, the last few all, and the best. */
export type EvalSeries = {
  count: number;
  firstStep: number;
  lastStep: number;
  /** With the level that the train loss had then, NaN where none was known. */
  best: { step: number; value: number; train: number } | null;
  /** Evaluations since the best. */
  sinceBest: number;
  /** Level of the train loss at the first evaluation and at the last. */
  firstTrain: number;
  lastTrain: number;
  /** Every `stride`-th evaluation that was finite, oldest first; `due` counts down to the next. */
  stride: number;
  due: number;
  kept: EvalColumns;
  /** The last finite ones, oldest first, at most 12. */
  recent: { step: number; value: number }[];
};

/** With the cumulative learning rate and the rate itself (NaN while unknown) at the time. */
type EvalColumns = { step: number[]; value: number[]; area: number[]; rate: number[] };

export type EvalPoint = { step: number; value: number; area: number; rate: number; train: number };

const KEPT = 48;
const RECENT = 12;

export const newEvalSeries = (): EvalSeries => ({
  count: 0,
  firstStep: 0,
  lastStep: 0,
  best: null,
  sinceBest: 0,
  firstTrain: Number.NaN,
  lastTrain: Number.NaN,
  stride: 1,
  due: 0,
  kept: { step: [], value: [], area: [], rate: [] },
  recent: [],
});

/**
 * Takes an evaluation; one that is not finite counts as no improvement.
 *
 * @param sign 1 where smaller is better, −1 where larger is
 */
export function pushEvalPoint(series: EvalSeries, point: EvalPoint, sign: 1 | -1): void {
  const { step, value, area, rate, train } = point;
  if (series.count === 0) series.firstStep = step;
  series.count++;
  series.lastStep = step;
  series.sinceBest++;
  if (!Number.isFinite(value)) return;
  if (series.best === null) series.firstTrain = train;
  series.lastTrain = train;
  if (series.best === null || sign * value < sign * series.best.value) {
    series.best = { step, value, train };
    series.sinceBest = 0;
  }
  // Seven digits are enough to draw a curve through and to count by; the best is exact.
  const short = significant(value, 7);
  series.recent.push({ step, value: short });
  if (series.recent.length > RECENT) series.recent.shift();
  if (series.due > 0) {
    series.due--;
    return;
  }
  const { kept } = series;
  kept.step.push(step);
  kept.value.push(short);
  kept.area.push(area);
  kept.rate.push(rate);
  if (kept.step.length > KEPT) {
    series.kept = keepWhere(kept, (i) => i % 2 === 0);
    series.stride *= 2;
  }
  series.due = series.stride - 1;
}

/** Training went back to before `step`: what was evaluated from there on is taken back. */
export function rewindEvals(series: EvalSeries, step: number, sign: 1 | -1): void {
  const { step: steps } = series.kept;
  series.kept = keepWhere(series.kept, (i) => steps[i]! < step);
  series.recent = series.recent.filter((point) => point.step < step);
  const { kept, recent, stride } = series;
  if (kept.step.length === 0) {
    Object.assign(series, newEvalSeries());
    return;
  }
  if (series.best !== null && series.best.step >= step) {
    const left = [...kept.step.map((at, i) => ({ step: at, value: kept.value[i]! })), ...recent];
    const best = left.reduce((a, b) => (sign * b.value < sign * a.value ? b : a));
    series.best = { ...best, train: Number.NaN };
  }
  series.count = kept.step.length * stride;
  series.sinceBest = stride * kept.step.filter((at) => at > (series.best?.step ?? at)).length;
  series.lastStep = Math.max(kept.step.at(-1)!, recent.at(-1)?.step ?? kept.step.at(-1)!);
}

function keepWhere({ step, value, area, rate }: EvalColumns, keeps: (i: number) => boolean): EvalColumns {
  const kept = (column: readonly number[]): number[] => column.filter((_, i) => keeps(i));
  return { step: kept(step), value: kept(value), area: kept(area), rate: kept(rate) };
}

/** The trainer evaluates its restored best once more where it ends: no evaluation of its own. */
export function isRepeat(series: EvalSeries, step: number, value: number): boolean {
  if (series.count === 0 || step !== series.lastStep) return false;
  return value === series.best?.value || significant(value, 7) === series.recent.at(-1)?.value;
}

/** Standard deviation of an evaluation about its trend, from second differences of the last; 0 while there are few. */
export function evalNoise({ recent }: EvalSeries): number {
  if (recent.length < 5) return 0;
  const bends = recent.slice(2).map(({ value }, i) => Math.abs(value - 2 * recent[i + 1]!.value + recent[i]!.value));
  return (1.4826 * median(bends)) / Math.sqrt(6);
}

/** From the first evaluation to the best, positive. */
export function evalProgress({ kept, best }: EvalSeries): number {
  return best === null || kept.value.length === 0 ? 0 : Math.abs(kept.value[0]! - best.value);
}
