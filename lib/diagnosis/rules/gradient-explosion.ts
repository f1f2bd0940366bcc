import { newSortedRing, pushSorted, quantileOfSorted, ringQuantile, type SortedRing } from "#lib/core/index.ts";
import { EVENT_LABEL, gradientBackText, gradientExplosionText } from "../text/events.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** The last norms, oldest first; and those before them, from which an explosion is kept out. */
  recent: { norm: number; step: number }[];
  usual: SortedRing;
  exploded: boolean;
};

const RECENT = 8;
const USUAL = 64;
/** In 832 good runs (public ones, Trainer ladders, sweeps) 7 of 8 norms in a row were never 9 times the median before them. */
const FACTOR = 16;
const ALMOST_ALL = RECENT - 1;
/** Over when half of the last norms are within this factor again. */
const BACK = 4;

const fresh = (): Memory => ({ attempt: -1, recent: [], usual: newSortedRing(USUAL), exploded: false });

/**
 * The gradient norm has left its level by more than an order of magnitude and stays there. One jump is `grad.spike`; clipping
 * hides this from the loss for a while, not from the norm.
 */
export const gradientExplosion = defineRule<Memory>({
  name: "grad.explosion",
  fresh,
  observe({ reading, state }, memory) {
    const { gradNorm, step, attempt } = reading;
    if (attempt > memory.attempt) Object.assign(memory, fresh(), { attempt });
    if (gradNorm === undefined || !(gradNorm > 0) || !Number.isFinite(gradNorm)) return null;
    const { recent, usual } = memory;
    recent.push({ norm: gradNorm, step });
    if (recent.length > RECENT) {
      const { norm } = recent.shift()!;
      if (!memory.exploded) pushSorted(usual, norm);
    }
    const before = ringQuantile(usual, 0.5);
    if (usual.size < USUAL || recent.length < RECENT || !(before > 0)) return null;
    const limit = (memory.exploded ? BACK : FACTOR) * before;
    const above = recent.filter(({ norm }) => norm > limit);
    if (memory.exploded) {
      if (above.length > RECENT / 2) return null;
      memory.exploded = false;
      return { severity: "note", step, alert: false, text: gradientBackText(step), evidence: [] };
    }
    if (above.length < ALMOST_ALL) return null;
    memory.exploded = true;
    // A loss that is no number any more has been told, and so has one that runs away.
    const { verdict } = state.standing;
    const isKnown = verdict === "nan" || verdict === "diverging";
    const factor = quantileOfSorted(Float64Array.from(recent, ({ norm }) => norm).sort(), 0.5) / before;
    return {
      severity: "caution",
      step: above[0]!.step,
      alert: !isKnown,
      text: gradientExplosionText(above[0]!.step, factor),
      evidence: [{ name: "norm_factor", value: factor, unit: "x", label: EVENT_LABEL.normFactor }],
    };
  },
});
