import { ramp } from "#lib/core/index.ts";
import { rateIsKnown } from "../curve/loss-curve.ts";
import type { RunConfig } from "../observation.ts";
import { readHyperparameters } from "../review/config.ts";
import { contextOf } from "../review/context.ts";
import { type RateRange, usualRange } from "../review/lr-range.ts";
import type { EngineState } from "../state.ts";

/**
 * What the rate's own value says, given what is trained: a peak far above what is usual for the kind of training makes "too
 * high" likelier, one far below it "too low" (DIAGNOSIS.md §2.4, §6.2). It shifts a judgement and never makes one.
 */
export type Prior = {
  range: RateRange | null;
  /** Added to the log-odds of too high, and taken from those of too low. */
  shift: number;
  /** An established practice is followed: the usual range of a fine-tuning, which is often flat and well (A.6). */
  isUsual: boolean;
};

const NONE: Prior = { range: null, shift: 0, isUsual: false };
/** Nothing beside the curve may weigh more than this, in log-odds. */
const LARGEST_SHIFT = 0.85;
/** From three times beyond an end of the range, growing to thirty times. */
const FAR = [Math.log10(3), Math.log10(30)] as const;
const FINE_TUNING = new Set(["full_ft", "lora", "rl"]);

export function ratePrior(state: EngineState): Prior {
  const { curve, context } = state;
  if (!rateIsKnown(curve) || !(curve.peakRate > 0)) return NONE;
  const kind = kindOf(context.config, state);
  if (kind === null) return NONE;
  const range = usualRange(kind);
  if (range === null) return NONE;
  const above = ramp(Math.log10(curve.peakRate / range.high), ...FAR);
  const below = ramp(Math.log10(range.low / curve.peakRate), ...FAR);
  const inside = curve.peakRate >= range.low && curve.peakRate <= range.high;
  return {
    range,
    shift: LARGEST_SHIFT * (above - below),
    isUsual: inside && FINE_TUNING.has(kind.kind),
  };
}

/** The kind of training by its config, which is read once for as long as it stays the same. */
const kinds = new WeakMap<RunConfig, ReturnType<typeof contextOf>>();

function kindOf(config: RunConfig, state: EngineState): ReturnType<typeof contextOf> | null {
  const known = kinds.get(config);
  if (known !== undefined) return known;
  // The first losses are part of the answer: a model that knows nothing yet starts at ln V.
  if (Object.keys(config).length === 0 || state.curve.first.length < 5) return null;
  const kind = contextOf(readHyperparameters(config), { firstLoss: state.curve.start });
  kinds.set(config, kind);
  return kind;
}
