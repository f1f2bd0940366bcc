import { FEATURE_NAMES, type FeatureName } from "./features.ts";
import model from "./model.json" with { type: "json" };
import { type Forest, logOdds, probability } from "./trees.ts";

/**
 * The fitted model: how likely the learning rate is too high, and too low (lib/evaluation/fit.ts makes model.json, which
 * also says from what and how well it holds on families of tasks it was not fitted on).
 */
const HIGH: Forest = model.high;
const LOW: Forest = model.low;

export type Likelihood = { high: number; low: number };

/**
 * @param features by `FEATURE_NAMES`
 * @param shift added to the log-odds of too high, and taken from those of too low: what is known beside the curve
 */
export function likelihood(features: ArrayLike<number>, shift: number): Likelihood {
  return {
    high: probability(logOdds(HIGH, features) + shift),
    low: probability(logOdds(LOW, features) - shift),
  };
}

/** The features that spoke most for one side, the loudest first, at most four. */
export function reasons(features: ArrayLike<number>, side: keyof Likelihood): FeatureName[] {
  const contributions = new Float64Array(FEATURE_NAMES.length);
  logOdds(side === "high" ? HIGH : LOW, features, contributions);
  return FEATURE_NAMES.map((name, i) => ({ name, share: contributions[i]! }))
    .filter(({ share }) => share >= LEAST_REASON)
    .sort((a, b) => b.share - a.share)
    .slice(0, 4)
    .map(({ name }) => name);
}

/** What a feature must add to the log-odds to be named. */
const LEAST_REASON = 0.3;
