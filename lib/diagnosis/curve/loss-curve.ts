import { clamp, median, newSortedRing, pushSorted, ringQuantile, ringScale, type SortedRing } from "#lib/core/index.ts";
import { LARGEST } from "../observation.ts";
import { type History, newHistory, pushHistory, rewindHistory, scaleHistoryRates } from "./history.ts";
import { newPyramid, type Pyramid, pushPyramid } from "./pyramid.ts";
import { newSpikeWatch, pushSpikeWatch, type SpikeWatch } from "./spike-watch.ts";

/**
 * Everything kept of a train-loss curve: bounded, plain, and enough for every judgement of DIAGNOSIS.md §2. Its time axis
 * is the cumulative learning rate (rate × steps), never the index of a point: logs are denser at some times than at others.
 */
export type LossCurve = {
  /** Finite losses taken in, without those that a rewind took back. */
  points: number;
  firstStep: number;
  lastStep: number;
  /** Σ rate × Δstep; with a rate of 1 while none is known. */
  area: number;
  /** The rate last seen, NaN before; the largest one judged so far. */
  rate: number;
  peakRate: number;
  /** The first five losses, and the level they set: the least of the first and their median. A blow-up in the first steps
   * must not become the start that progress is measured from (DIAGNOSIS.md §1.1). */
  first: number[];
  start: number;
  /** The last eight raw losses; and the largest median of five successive ones among the first 256. */
  latest: number[];
  earlyTop: number;
  /** The loss before, winsorised; NaN at the start and after a restart. */
  previous: number;
  /** Raw losses; values beyond 5 robust deviations of it are pulled in before they enter the history. */
  window: SortedRing;
  spikes: SpikeWatch;
  history: History;
  pyramid: Pyramid;
};

/** Points among which the early overshoot is looked for. */
const EARLY_POINTS = 256;
const LATEST_KEPT = 8;

export function newLossCurve(): LossCurve {
  return {
    points: 0,
    firstStep: 0,
    lastStep: 0,
    area: 0,
    rate: Number.NaN,
    peakRate: 0,
    first: [],
    start: Number.NaN,
    latest: [],
    earlyTop: Number.NEGATIVE_INFINITY,
    previous: Number.NaN,
    window: newSortedRing(64),
    spikes: newSpikeWatch(),
    history: newHistory(),
    pyramid: newPyramid(),
  };
}

export const rateIsKnown = (curve: LossCurve): boolean => !Number.isNaN(curve.rate);

/** Whether the rate has risen over the last quarter of the history, to its peak. */
export function rateRises({ history, rate, peakRate }: LossCurve): boolean {
  const { columns, count, width } = history;
  if (count < 4 || !(rate >= peakRate)) return false;
  return rate > 1.02 * (columns.rate[Math.floor(0.75 * count)]! / width);
}

/** The rate from here on; what came before the first one is counted at it too. */
export function setRate(curve: LossCurve, rate: number): void {
  if (!rateIsKnown(curve) && curve.points > 0) {
    curve.area *= rate;
    scaleHistoryRates(curve.history, rate);
    curve.peakRate = rate;
  }
  curve.rate = rate;
}

/**
 * Takes a finite loss in.
 *
 * @param gradNorm of the same step; NaN when unknown
 * @returns true when a bucket of the history was completed: the moment to judge
 */
export function pushLoss(curve: LossCurve, step: number, loss: number, gradNorm: number): boolean {
  const raw = clamp(loss, -LARGEST, LARGEST);
  const place = curve.points === 0 ? step : Math.max(step, curve.lastStep);
  const rate = rateIsKnown(curve) ? curve.rate : 1;
  if (curve.points === 0) curve.firstStep = step;
  curve.area += rate * (curve.points === 0 ? 1 : Math.max(1, place - curve.lastStep));
  curve.lastStep = place;
  curve.peakRate = Math.max(curve.peakRate, rate);
  curve.points++;
  if (curve.first.length < 5) {
    curve.first.push(raw);
    curve.start = Math.min(curve.first[0]!, upperMedian(curve.first));
  }
  curve.latest.push(raw);
  if (curve.latest.length > LATEST_KEPT) curve.latest.shift();
  if (curve.points <= EARLY_POINTS && curve.latest.length >= 5) {
    curve.earlyTop = Math.max(curve.earlyTop, median(curve.latest.slice(-5)));
  }
  pushSpikeWatch(curve.spikes, raw, curve.points, place);
  const value = winsorise(curve.window, raw);
  pushSorted(curve.window, raw);
  pushPyramid(curve.pyramid, value);
  const { previous, area } = curve;
  curve.previous = value;
  return pushHistory(curve.history, { value, previous, step: place, area, rate, gradNorm });
}

/**
 * Training began again at `step`. Start level and best stay, and so does the history before `step`; windows and noise
 * scales begin anew. Where nothing is left before `step` the curve is a new one.
 */
export function restartCurve(curve: LossCurve, step: number): void {
  const { history } = curve;
  if (step <= curve.lastStep) {
    rewindHistory(history, step - 1);
    if (history.count === 0) {
      Object.assign(curve, newLossCurve(), { rate: curve.rate });
      return;
    }
    curve.points = history.count * history.width;
    curve.area = history.columns.area[history.count - 1]!;
    curve.lastStep = history.columns.step[history.count - 1]!;
  }
  curve.previous = Number.NaN;
  curve.latest = [];
  curve.window = newSortedRing(64);
  curve.spikes = newSpikeWatch();
  curve.pyramid = newPyramid();
}

function winsorise(window: SortedRing, raw: number): number {
  if (window.size < 16) return raw;
  const level = ringQuantile(window, 0.5);
  const reach = 5 * Math.max(ringScale(window), 1e-12 * Math.abs(level) + 1e-300);
  return clamp(raw, level - reach, level + reach);
}

/** Of an even count the larger of the middle two: of the first two losses, the larger. */
function upperMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
