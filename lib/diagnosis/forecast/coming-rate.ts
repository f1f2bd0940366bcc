import type { Schedule } from "#lib/protocol/index.ts";
import { type LossCurve, rateIsKnown } from "../curve/loss-curve.ts";

/** A rate further off its schedule than this share of its peak does not follow it. */
const OFF_SCHEDULE = 0.1;

/** The rate that the schedule still has ahead; null where none is known or the run has left it. */
export function plannedRate(curve: LossCurve, schedule: Schedule | null): ((step: number) => number) | null {
  if (schedule === null || !rateIsKnown(curve) || schedule.curve.step.length < 2) return null;
  const { step, value } = schedule.curve;
  const rateAt = (at: number): number => {
    let i = 1;
    while (i < step.length - 1 && step[i]! < at) i++;
    const share = Math.min(1, Math.max(0, (at - step[i - 1]!) / (step[i]! - step[i - 1]!)));
    return value[i - 1]! + (value[i]! - value[i - 1]!) * share;
  };
  return Math.abs(rateAt(curve.lastStep) - curve.rate) < OFF_SCHEDULE * curve.peakRate ? rateAt : null;
}
