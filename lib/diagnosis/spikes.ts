import type { LossCurve } from "./curve/loss-curve.ts";
import { isOverdue, type Spike } from "./curve/spike-watch.ts";
import type { EngineState } from "./state.ts";

/** A spike of the loss that is of interest to a reader: `top` and `level` in loss units, `length` in records. */
export type OpenSpike = Pick<Spike, "step" | "level" | "top" | "atPoint" | "length"> & { recovered: false };
export type RecoveredSpike = Pick<Spike, "step" | "lastStep" | "level" | "top" | "atPoint" | "length"> & {
  recovered: true;
};

/** Smaller spikes, in deviations and in shares of what the run had gained, change nothing for the reader. */
const LEAST_DEVIATIONS = 6;
const LEAST_SHARE = 0.15;

/**
 * A rise so far beyond the noise is news by itself, whatever had been gained: the first hundred steps of a language model gain
 * more than any spike gives back.
 */
const NEWS_DEVIATIONS = 30;
const NEWS_SHARE = 0.2;

/** Whether a spike is worth a note where it begins; whether it is worth more is for `matters`. */
export function isNews(curve: LossCurve, spike: Spike): boolean {
  const { level, scale, top } = spike;
  const stands = top - level >= Math.max(NEWS_DEVIATIONS * scale, NEWS_SHARE * Math.abs(level));
  return stands || matters(curve, spike, top);
}

/** Whether a rise of the loss to `value` matters: against the noise before it and against the progress made. */
export function matters(curve: LossCurve, { level, scale }: Spike, value: number): boolean {
  return value - level >= Math.max(LEAST_DEVIATIONS * scale, LEAST_SHARE * (curve.start - level));
}

/** The spike that has not come back and is not on its way back, after max(64 records, 2 % of the run); or null. */
export function openSpike({ curve }: Pick<EngineState, "curve">): OpenSpike | null {
  const spike = curve.spikes.current;
  if (spike === null || !isOverdue(spike) || !matters(curve, spike, spike.now)) return null;
  const { step, level, top, atPoint, length } = spike;
  return { step, level, top, atPoint, length, recovered: false };
}
