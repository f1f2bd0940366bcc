import { median } from "#lib/core/index.ts";
import { type DiagnosisView, METRIC } from "#lib/protocol/index.ts";

/**
 * The facts an early stop rests on, from the evaluation loss alone (DIAGNOSIS.md §4, native dialect): best so far, and
 * whether patience is exhausted. Gains below twice the evaluation's own noise do not count for patience.
 */
export type EvalWatch = {
  count: number;
  firstStep: number;
  lastStep: number;
  best: { step: number; value: number } | null;
  sinceBest: number;
  /** The value that patience is counted from, and the evaluations since it. */
  reference: number;
  sinceReference: number;
  /** The last evaluations, oldest first, at most 12. */
  recent: number[];
};

const MIN_PATIENCE = 5;
const KEPT = 12;

export function newEvalWatch(): EvalWatch {
  return {
    count: 0,
    firstStep: 0,
    lastStep: 0,
    best: null,
    sinceBest: 0,
    reference: Number.POSITIVE_INFINITY,
    sinceReference: 0,
    recent: [],
  };
}

/** Takes an evaluation; one that is not finite counts as no improvement. */
export function pushEval(watch: EvalWatch, step: number, value: number): void {
  if (watch.count === 0) watch.firstStep = step;
  watch.count++;
  watch.lastStep = step;
  watch.sinceBest++;
  watch.sinceReference++;
  if (!Number.isFinite(value)) return;
  if (watch.best === null || value < watch.best.value) {
    watch.best = { step, value };
    watch.sinceBest = 0;
  }
  if (value < watch.reference - 2 * evalNoise(watch.recent)) {
    watch.reference = value;
    watch.sinceReference = 0;
  }
  watch.recent.push(value);
  if (watch.recent.length > KEPT) watch.recent.shift();
}

export function earlyStoppingView(watch: EvalWatch, maxSteps: number | null): DiagnosisView["earlyStopping"] {
  if (watch.best === null) return null;
  return {
    metric: METRIC.evalLoss,
    best: { step: watch.best.step, value: watch.best.value },
    evalsSinceBest: watch.sinceBest,
    wouldStop: watch.sinceReference >= patience(watch, maxSteps),
  };
}

/** Whether the last three evaluations all lie above the best, beyond noise and a hundredth of its size. */
export function evalRises({ best, recent, sinceBest }: EvalWatch): boolean {
  if (best === null || sinceBest < 3) return false;
  const margin = Math.max(3 * evalNoise(recent), 0.01 * Math.abs(best.value));
  return recent.slice(-3).every((value) => value > best.value + margin);
}

/** A tenth of the evaluations the run will have, five at least. */
function patience(watch: EvalWatch, maxSteps: number | null): number {
  const spacing = (watch.lastStep - watch.firstStep) / (watch.count - 1);
  if (maxSteps === null || !(spacing > 0)) return MIN_PATIENCE;
  return Math.max(MIN_PATIENCE, Math.ceil(0.1 * (maxSteps / spacing)));
}

/** Standard deviation of an evaluation about its trend, from second differences; 0 while there are few. */
function evalNoise(values: readonly number[]): number {
  if (values.length < 5) return 0;
  const bends = values.slice(2).map((value, i) => Math.abs(value - 2 * values[i + 1]! + values[i]!));
  return (1.4826 * median(bends)) / Math.sqrt(6);
}
