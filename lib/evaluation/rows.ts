import { DiagnosisEngine, FEATURE_NAMES } from "#lib/diagnosis/index.ts";
import { type Curve, observationsOf, type Variant } from "./curves.ts";

/** A curve as the engine saw it at some share of its length, told in some way: one row of a fit, or one to score. */
export type Row = {
  curve: Curve;
  variant: string;
  /** Of the run, 0 … 1. */
  share: number;
  features: Float64Array;
};

/** The ways a log may tell a run: everything, no rate, no gradient norm, only every fifth step (their mean, as trainers log). */
export const VARIANTS: Record<string, Variant> = {
  full: {},
  "no-rate": { rate: false },
  "no-norm": { norm: false },
  sparse: { every: 5, mean: true },
  "sparse-no-rate": { every: 5, mean: true, rate: false },
};

/** Rows of a curve at each share, in each way its log could have told it; shares too early to say anything have none. */
export function* rowsOf(curve: Curve, shares: readonly number[], variants = Object.keys(VARIANTS)): Generator<Row> {
  for (const variant of variants) {
    const told = VARIANTS[variant]!;
    // A log that never told the rate has no second way without it.
    if (curve.rate === null && !variant.includes("no-rate")) continue;
    const engine = DiagnosisEngine.fresh();
    const records = [...observationsOf({ ...curve, evals: [] }, told)];
    let read = 0;
    for (const share of shares) {
      const until = recordsUntil(curve, records.length, share, told.every ?? 1);
      engine.observe(records.slice(read, until));
      read = Math.max(read, until);
      const features = engine.causeFeatures();
      if (features !== null) yield { curve, variant, share, features };
    }
  }
}

/** Records of a curve that were there at a share of the planned run; one that ended early had no more to say after. */
export function recordsUntil(curve: Curve, records: number, share: number, every = 1): number {
  const planned = curve.maxSteps !== null && isDense(curve) ? curve.maxSteps : curve.loss.length;
  return Math.min(records, Math.floor((planned * share) / every));
}

const isDense = ({ step, loss }: Curve): boolean => loss.length > 1 && step[1]! - step[0]! === 1;

export const WIDTH = FEATURE_NAMES.length;
