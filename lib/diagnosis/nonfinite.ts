import type { Reading } from "./observation.ts";

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
  /** The last readings, oldest first, at most 32: what led up to a failure. */
  recent: { step: number; gradNorm: number }[];
};

export type Failure = {
  kind: "nan" | "inf" | "filtered";
  /** The first bad loss, as it was printed. */
  step: number;
  loss: number;
  /** The last good one before it; null when there was none. */
  good: { step: number; loss: number } | null;
  /** NaN where unknown. */
  rate: number;
  gradNorm: number;
  /** The gradient norm over the readings before, oldest first. */
  before: { step: number; gradNorm: number }[];
};

const RELEASE_AFTER = 16;
const KEPT = 32;

export function newNonfiniteWatch(): NonfiniteWatch {
  return { failure: null, finiteSince: 0, goodFrom: 0, lastStep: -1, lastLoss: Number.NaN, recent: [] };
}

export type NonfiniteChange = "began" | "ended" | null;

/** The loss of this reading is no measurement and must not enter the statistics. */
export function isBadLoss(reading: Reading): boolean {
  return reading.loss !== undefined && (!Number.isFinite(reading.loss) || isFilteredLoss(reading));
}

/** Takes a reading that has a loss. */
export function watchNonfinite(watch: NonfiniteWatch, reading: Reading, loss: number, rate: number): NonfiniteChange {
  let change: NonfiniteChange = null;
  const gradNorm = reading.gradNorm ?? Number.NaN;
  if (isBadLoss(reading)) {
    watch.finiteSince = 0;
    if (watch.failure === null) {
      watch.failure = {
        kind: isFilteredLoss(reading) ? "filtered" : Number.isNaN(loss) ? "nan" : "inf",
        step: reading.step,
        loss,
        good: watch.lastStep < 0 ? null : { step: watch.lastStep, loss: watch.lastLoss },
        rate,
        gradNorm,
        before: watch.recent,
      };
      watch.recent = [];
      change = "began";
    }
    return change;
  }
  watch.lastStep = reading.step;
  watch.lastLoss = loss;
  if (watch.finiteSince === 0) watch.goodFrom = reading.step;
  if (watch.failure !== null && ++watch.finiteSince >= RELEASE_AFTER) {
    watch.failure = null;
    change = "ended";
  }
  if (reading.gradNorm !== undefined) {
    watch.recent.push({ step: reading.step, gradNorm });
    if (watch.recent.length > KEPT) watch.recent.shift();
  }
  return change;
}

function isFilteredLoss({ loss, gradNorm }: Reading): boolean {
  return loss === 0 && gradNorm !== undefined && Number.isNaN(gradNorm);
}
