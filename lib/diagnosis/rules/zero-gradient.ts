import { decimalsOf } from "../print-resolution.ts";
import { NONFINITE_LABEL, zeroGradientText } from "../text/nonfinite.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** Zeros in a row and the step of the first; told until 16 others in a row. */
  zeros: number;
  since: number;
  told: boolean;
  others: number;
  /** The last norms that were not 0, at most 16. */
  norms: number[];
  /** Losses beside the zeros where no other norm was ever seen. */
  losses: number[];
};

/** Zeros in a row (DIAGNOSIS.md §5); where the norm was never anything else, more, for some trainers print 0 for "not known". */
const ZEROS = 5;
const ZEROS_FROM_START = 20;
/** A norm that was fewer units of its last printed digit than this may have been rounded to 0. */
const UNITS = 50;
/** A loss this far below its start was learnt: nothing is left to descend on (hinge and triplet losses, small sets). */
const LEARNT = 0.05;
const RELEASE = 16;
const KEPT = 16;

/** A gradient norm of exactly 0: nothing is learnt. Said once until 16 other norms in a row. */
export const zeroGradient = defineRule<Memory>({
  name: "zero.grad",
  fresh: () => ({ attempt: -1, zeros: 0, since: 0, told: false, others: 0, norms: [], losses: [] }),
  observe({ reading, state }, memory) {
    const { gradNorm, loss, step, attempt } = reading;
    if (attempt > memory.attempt) Object.assign(memory, { attempt, zeros: 0, told: false, others: 0 });
    if (gradNorm === undefined || !Number.isFinite(gradNorm)) return null;
    if (gradNorm !== 0) {
      memory.zeros = 0;
      if (++memory.others >= RELEASE) memory.told = false;
      memory.norms.push(gradNorm);
      if (memory.norms.length > KEPT) memory.norms.shift();
      return null;
    }
    memory.others = 0;
    if (memory.zeros++ === 0) memory.since = step;
    const { norms, zeros, losses } = memory;
    if (norms.length === 0 && loss !== undefined && losses.length < ZEROS_FROM_START) losses.push(loss);
    if (memory.told || state.nonfinite.failure !== null) return null;
    if (norms.length === 0 ? !isDeadFromStart(memory) : zeros < ZEROS || mayBeRounded(memory)) return null;
    const { start } = state.curve;
    if (loss !== undefined && norms.length > 0 && Math.abs(loss) <= LEARNT * Math.abs(start)) return null;
    memory.told = true;
    return {
      severity: "critical",
      step: memory.since,
      alert: true,
      text: zeroGradientText(memory.since, zeros),
      evidence: [{ name: "records", value: zeros, unit: "", label: NONFINITE_LABEL.records }],
    };
  },
});

function mayBeRounded({ norms }: Memory): boolean {
  const unit = 10 ** -Math.max(...norms.map(decimalsOf));
  const sorted = [...norms].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]! < UNITS * unit;
}

/** Zero from the first record on, and the loss, which is not 0 itself, does not fall: the norm is no mere placeholder. */
function isDeadFromStart({ zeros, losses }: Memory): boolean {
  if (zeros < ZEROS_FROM_START || losses.length < ZEROS_FROM_START) return false;
  const half = losses.length >> 1;
  const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [early, late] = [mean(losses.slice(0, half)), mean(losses.slice(half))];
  const spread = Math.sqrt(mean(losses.slice(half).map((value) => (value - late) ** 2)));
  return losses.every((value) => value > 0) && early - late <= (2 * spread) / Math.sqrt(half);
}
