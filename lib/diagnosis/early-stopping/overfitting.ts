import { mean, median } from "#lib/core/index.ts";
import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import { features } from "../judge/features.ts";
import type { EngineState } from "../state.ts";
import { type EvalSeries, evalNoise } from "./evals.ts";

/** Evaluations that must stand above the best … */
const RISEN_EVALS = 3;
/**
 * … by more than this many units of their noise, in a short series by half of that (its second differences hold the bend of
 * the curve too), and by this share of their progress since the second: DIAGNOSIS.md §2.6 has 1 % of all progress, but the
 * first evaluation may be that of an untrained model, and a rise that a reader can't see in the curve is no news.
 */
const NOISE_UNITS = 3;
const SHORT_SERIES = { evals: 20, noiseUnits: 2 } as const;
const OF_PROGRESS = 0.1;
/** Evaluations in a row after which it is told, and this share of all. */
const SURE_CHECKS = 3;
const SURE_SHARE = 0.15;
/** From this on the train trend still falls, in its standard errors. */
const FALLING = 2;
/** It fell much since the best evaluation: by this share of all it fell since the first. */
const FALLEN_SHARE = 0.1;

export type Overfitting = {
  /** Where the evaluation turned: at its best. */
  since: { step: number };
  best: { step: number; value: number };
  /** How far the last evaluation stands above the best, and how many evaluations ago that was. */
  rise: number;
  evals: number;
};

/**
 * The evaluation loss climbs while the train loss falls (DIAGNOSIS.md §2.6): its last three all stand clearly above the
 * best, and the train loss has fallen since then. Where both climb, it is the training that fails.
 *
 * @param trainRecentZ descent of the train loss of late in its standard errors, as `trainRecentZ` has it; NaN when unknown
 */
export function overfits(evals: EvalSeries, trainRecentZ: number): Overfitting | null {
  const turned = risen(evals);
  if (turned === null) return null;
  const fallen = evals.best!.train - evals.lastTrain;
  if (fallen <= 0) return null;
  // A train loss that has reached its floor falls no further: then what was lost counts against what it gained since.
  const all = evals.firstTrain - evals.lastTrain;
  return trainRecentZ > FALLING || (turned.rise > fallen && fallen > FALLEN_SHARE * all) ? turned : null;
}

/** Whether it has been found so for long enough to be told: an evaluation set of a few batches wanders. */
export function isSureOfOverfitting({ overfitChecks, evals }: Pick<EngineState, "overfitChecks" | "evals">): boolean {
  return overfitChecks >= Math.max(SURE_CHECKS, SURE_SHARE * evals.count);
}

/** The evaluation loss climbs, whatever the train loss does. */
function risen(evals: EvalSeries): Overfitting | null {
  const { best, recent, sinceBest, count } = evals;
  if (best === null || sinceBest < RISEN_EVALS || recent.length < RISEN_EVALS) return null;
  const units = count <= SHORT_SERIES.evals ? SHORT_SERIES.noiseUnits : NOISE_UNITS;
  const margin = Math.max(units * evalNoise(evals), OF_PROGRESS * progressSinceSecond(evals));
  const last = recent.slice(-RISEN_EVALS);
  if (!last.every(({ value }) => value > best.value + margin)) return null;
  return {
    since: { step: best.step },
    best: { step: best.step, value: best.value },
    rise: last.at(-1)!.value - best.value,
    evals: sinceBest,
  };
}

function progressSinceSecond({ kept, best }: EvalSeries): number {
  return best === null ? 0 : Math.max(0, (kept.value[1] ?? kept.value[0] ?? best.value) - best.value);
}

/** The train loss's descent of late, in its standard errors; of a short curve, over its last half. NaN below four points. */
export function trainRecentZ(curve: LossCurve): number {
  const f = features(curve);
  if (f !== null) return f.recentZ;
  const { history } = curve;
  const y = Array.from({ length: history.count }, (_, i) => bucketMean(history, i));
  if (y.length < 4) return Number.NaN;
  const bends = y.slice(2).map((value, i) => Math.abs(value - 2 * y[i + 1]! + y[i]!));
  const noise = (1.4826 * median(bends)) / Math.sqrt(6);
  const half = y.slice(y.length >> 1);
  const ends = Math.max(1, half.length >> 1);
  const drop = mean(half, 0, ends) - mean(half, half.length - ends);
  return drop / Math.max(noise * Math.sqrt(2 / ends), 1e-300);
}
