import { type EvalSeries, evalNoise } from "../early-stopping/evals.ts";

/** Evaluations below which nothing is said, and the share of all progress that the last third of them must have brought. */
const LEAST_EVALS = 6;
const STILL_SHARE = 0.1;

/**
 * Whether the evaluation loss still improves: its last third brought a tenth of all its progress, beyond its noise, up to
 * the last evaluation but one. A run like that is well whatever its train loss looks like (DIAGNOSIS.md A.7).
 */
export function evalStillImproves(series: EvalSeries): boolean {
  const { value } = series.kept;
  if (value.length < LEAST_EVALS || series.best === null || series.sinceBest > series.stride) return false;
  const before = Math.min(...value.slice(0, Math.ceil((2 * value.length) / 3)));
  const gained = before - series.best.value;
  return gained > Math.max(2 * evalNoise(series), STILL_SHARE * (value[0]! - series.best.value));
}
