import { strongestSwing } from "../curve/pyramid.ts";
import { features } from "../judge/features.ts";
import { EVENT_LABEL, periodicText } from "../text/events.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** Points at which the curve is looked at next. */
  next: number;
  /** The period found at the last look, in points; 0 when none was. */
  period: number;
  told: boolean;
};

/** Fewer points, and a swing is not told from noise. */
const FROM_POINTS = 256;
const LOOK_EVERY_SHARE = 0.1;
/** Swings below this share of the progress are of no interest (DIAGNOSIS.md §2.6 PERIODIC_INFO). */
const SHARE = 0.06;
/** And shorter than this many points, for they are the noise of neighbouring batches. */
const SHORTEST = 8;

/** A healthy curve swings with a period: a note, once an attempt, for it is most often the order of the data. */
export const periodic = defineRule<Memory>({
  name: "loss.periodic",
  fresh: () => ({ attempt: -1, next: FROM_POINTS, period: 0, told: false }),
  observe({ reading, state }, memory) {
    const { curve, standing } = state;
    if (reading.attempt > memory.attempt) {
      Object.assign(memory, { attempt: reading.attempt, next: curve.points + FROM_POINTS, period: 0, told: false });
    }
    if (memory.told || reading.loss === undefined || curve.points < memory.next) return null;
    memory.next = curve.points * (1 + LOOK_EVERY_SHARE);
    const swing = strongestSwing(curve.pyramid);
    const progress = features(curve)?.progress ?? 0;
    const calm = standing.verdict === "healthy";
    const found = calm && swing !== null && swing.amplitude > SHARE * progress && swing.period >= SHORTEST;
    const again = found && swing.period === memory.period;
    memory.period = found ? swing.period : 0;
    if (!again) return null;
    memory.told = true;
    const steps = curve.lastStep - curve.firstStep;
    const period = (swing.period * steps) / (curve.points - 1);
    const epochs = state.lastEpoch - state.firstEpoch;
    const ofEpoch = epochs > 0 ? (period * epochs) / steps : null;
    return {
      severity: "note",
      step: reading.step,
      alert: false,
      text: periodicText({ period, amplitude: swing.amplitude, ofEpoch }),
      evidence: [
        { name: "period", value: period, unit: "steps", label: EVENT_LABEL.period },
        { name: "swing", value: swing.amplitude, unit: "loss", label: EVENT_LABEL.amplitude },
        ...(ofEpoch === null
          ? []
          : [{ name: "period_of_epoch", value: 100 * ofEpoch, unit: "%", label: EVENT_LABEL.periodOfEpoch }]),
      ],
    };
  },
});
