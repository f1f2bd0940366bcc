import type { Reading } from "./observation.ts";
import type { NonfiniteFacts } from "./text/nonfinite.ts";

/**
 * Losses that are not numbers (DIAGNOSIS.md §5). A failure begins with the first bad loss, at once, and lasts until 16
 * finite ones in a row: it is one failure, however the values flicker. A loss of exactly 0 beside a gradient norm of NaN
 * is the same failure: the Hugging Face Trainer replaces NaN losses before it logs their mean.
 */
export type NonfiniteWatch = {
  failure: Failure | null;
  /** Finite losses since the last bad one. */
  finiteSince: number;
  /** The first of these. */
  goodFrom: number;
  /** The newest finite loss, −1 as step before there was one. */
  lastStep: number;
  lastLoss: number;
  /** The last readings that had a gradient norm, oldest first, at most 32: what led up to a failure. */
  recent: Lead[];
  /** Since when the gradient norm has been NaN beside finite losses, and the last loss before: where the trainer filters
   * NaN out of the mean over a logging interval, this is where the trouble began (DIAGNOSIS.md §5). */
  suspect: { step: number; good: Failure["good"] } | null;
  /** The lowest and the highest learning rate so far. */
  lowestRate: number;
  peakRate: number;
};

/** `lossScale` is NaN where it was not logged. */
type Lead = { step: number; gradNorm: number; lossScale: number };

export type Failure = {
  kind: "nan" | "inf" | "filtered";
  /** Where it began, and the first bad loss as it was printed. */
  step: number;
  loss: number;
  /** The last good one before it; null when there was none. */
  good: { step: number; loss: number } | null;
  /** NaN where unknown. */
  rate: number;
  gradNorm: number;
  lossScale: number;
  /** The learning rate has varied and was at its highest. */
  atPeak: boolean;
  /** Gradient norm and loss scale over the readings before, oldest first. */
  before: Lead[];
};

const RELEASE_AFTER = 16;
const KEPT = 32;
/** The steps before a failure that are told of (DIAGNOSIS.md §5, "in the 12 steps before"). */
const TOLD = 12;

export function newNonfiniteWatch(): NonfiniteWatch {
  return {
    failure: null,
    finiteSince: 0,
    goodFrom: 0,
    lastStep: -1,
    lastLoss: Number.NaN,
    recent: [],
    suspect: null,
    lowestRate: Number.POSITIVE_INFINITY,
    peakRate: 0,
  };
}

export type NonfiniteChange = "began" | "ended" | null;

/** The loss of this reading is no measurement and must not enter the statistics. */
export function isBadLoss(reading: Reading): boolean {
  return reading.loss !== undefined && (!Number.isFinite(reading.loss) || isFilteredLoss(reading));
}

/** Takes a reading that has a loss. */
export function watchNonfinite(watch: NonfiniteWatch, reading: Reading, loss: number, rate: number): NonfiniteChange {
  let change: NonfiniteChange = null;
  const { gradNorm = Number.NaN, lossScale = Number.NaN } = reading;
  if (rate > 0) {
    watch.lowestRate = Math.min(watch.lowestRate, rate);
    watch.peakRate = Math.max(watch.peakRate, rate);
  }
  if (isBadLoss(reading)) {
    watch.finiteSince = 0;
    if (watch.failure === null) {
      watch.failure = failureOf(watch, reading, loss, rate);
      watch.recent = [];
      watch.suspect = null;
      change = "began";
    }
    return change;
  }
  if (reading.gradNorm !== undefined) {
    if (!Number.isNaN(gradNorm)) watch.suspect = null;
    else watch.suspect ??= { step: reading.step, good: lastGood(watch) };
  }
  watch.lastStep = reading.step;
  watch.lastLoss = loss;
  if (watch.finiteSince === 0) watch.goodFrom = reading.step;
  if (watch.failure !== null && ++watch.finiteSince >= RELEASE_AFTER) {
    watch.failure = null;
    change = "ended";
  }
  if (reading.gradNorm !== undefined) {
    // The oldest entry becomes the newest: nothing is allocated for a record.
    const entry = watch.recent.length < KEPT ? { step: 0, gradNorm: 0, lossScale: 0 } : watch.recent.shift()!;
    entry.step = reading.step;
    entry.gradNorm = gradNorm;
    entry.lossScale = lossScale;
    watch.recent.push(entry);
  }
  return change;
}

/** A failure as its sentence tells it: with what preceded it. */
export function nonfiniteFacts(failure: Failure): NonfiniteFacts {
  const { before, step, gradNorm, lossScale } = failure;
  const finite = before.filter((entry) => Number.isFinite(entry.gradNorm)).slice(-TOLD);
  const [first, last] = [finite[0], finite.at(-1)];
  const scales = [...before.map((entry) => entry.lossScale), lossScale].filter((scale) => scale > 0);
  return {
    ...failure,
    normBefore: first === undefined ? null : { gradNorm: first.gradNorm, steps: step - first.step },
    normRise: first === undefined || !(first.gradNorm > 0) ? 1 : last!.gradNorm / first.gradNorm,
    halvings: scales.length < 2 ? 0 : Math.max(0, Math.round(Math.log2(Math.max(...scales) / scales.at(-1)!))),
    normFinite: Number.isFinite(gradNorm),
  };
}

function failureOf(watch: NonfiniteWatch, reading: Reading, loss: number, rate: number): Failure {
  const filtered = isFilteredLoss(reading);
  const from = filtered ? watch.suspect : null;
  return {
    kind: filtered ? "filtered" : Number.isNaN(loss) ? "nan" : "inf",
    step: from?.step ?? reading.step,
    loss,
    good: from === null ? lastGood(watch) : from.good,
    rate,
    gradNorm: reading.gradNorm ?? Number.NaN,
    lossScale: reading.lossScale ?? Number.NaN,
    atPeak: watch.lowestRate < 0.9 * watch.peakRate && rate >= 0.98 * watch.peakRate,
    before: watch.recent,
  };
}

const lastGood = ({ lastStep, lastLoss }: NonfiniteWatch): Failure["good"] =>
  lastStep < 0 ? null : { step: lastStep, loss: lastLoss };

function isFilteredLoss({ loss, gradNorm }: Reading): boolean {
  return loss === 0 && gradNorm !== undefined && Number.isNaN(gradNorm);
}
