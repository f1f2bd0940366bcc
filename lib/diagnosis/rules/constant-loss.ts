import { median } from "#lib/core/index.ts";
import { rateRises } from "../curve/loss-curve.ts";
import { decimalsOf } from "../print-resolution.ts";
import { constantLossText, NONFINITE_LABEL } from "../text/nonfinite.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** The stretch of identical losses under way: its value, its length, its first step. */
  value: number;
  count: number;
  since: number;
  /** It began with the first loss of the attempt. */
  fromStart: boolean;
  /** Gradient norms in it that were finite and not 0: something is being learnt. */
  alive: number;
  /** The last losses before it, newest last, at most 9. */
  before: number[];
  told: boolean;
  /** Losses since the last long stretch that were not repeated: the curve lives again. */
  changes: number;
};

/** Identical losses in a row, and at least this share of the run (DIAGNOSIS.md §5). */
const RECORDS = 20;
const SHARE = 0.01;
/** Where nothing else was ever seen, a big model in warm-up printed with few digits looks the same for a while. */
const RECORDS_FROM_START = 64;
/** Changes between losses before it, in units of the last printed digit: smaller ones may round to the same number. */
const UNITS = 2;
/** Before a stretch of zeros the loss was at least so many units; less is a set that was learnt by heart. */
const UNITS_TO_ZERO = 20;
/** Losses carry about 7 digits at best. */
const FLOAT_DIGITS = 2 ** -23;
const RELEASE = 16;
const KEPT = 9;

const fresh = (): Memory => ({
  attempt: -1,
  value: Number.NaN,
  count: 0,
  since: 0,
  fromStart: true,
  alive: 0,
  before: [],
  told: false,
  changes: 0,
});

/**
 * The same loss again and again, which no training gives: a NaN that became 0, a dead loss, masked labels. A curve that
 * converged and is printed with few digits is told apart by the losses just before: they changed by no more than a digit.
 */
export const constantLoss = defineRule<Memory>({
  name: "const.loss",
  fresh,
  observe({ reading, state }, memory) {
    const { loss, gradNorm, step, attempt } = reading;
    if (attempt > memory.attempt) Object.assign(memory, fresh(), { attempt });
    if (loss === undefined || !Number.isFinite(loss) || state.nonfinite.failure !== null) return null;
    if (loss !== memory.value) beginStretch(memory, loss, step);
    memory.count++;
    if (gradNorm !== undefined && gradNorm > 0 && Number.isFinite(gradNorm)) memory.alive++;
    const { count, told, fromStart } = memory;
    if (told || count < Math.max(RECORDS, SHARE * state.curve.points)) return null;
    if (fromStart ? !isDeadFromStart(memory) || rateRises(state.curve) : !isAbrupt(memory)) return null;
    memory.told = true;
    return {
      severity: loss === 0 ? "critical" : "caution",
      step: memory.since,
      alert: true,
      text: constantLossText(memory.since, loss, count),
      evidence: [
        { name: "value", value: loss, unit: "loss", label: NONFINITE_LABEL.value },
        { name: "records", value: count, unit: "", label: NONFINITE_LABEL.records },
      ],
    };
  },
});

function beginStretch(memory: Memory, loss: number, step: number): void {
  for (let i = Math.min(memory.count, KEPT); i > 0; i--) {
    memory.before.push(memory.value);
    if (memory.before.length > KEPT) memory.before.shift();
  }
  // One odd value, or a few, within a stretch that was told make no new one.
  if (memory.count >= RECORDS) memory.changes = 0;
  else if (memory.count < RECORDS / 2 && ++memory.changes >= RELEASE) memory.told = false;
  memory.fromStart = Number.isNaN(memory.value);
  memory.value = loss;
  memory.since = step;
  memory.count = 0;
  memory.alive = 0;
}

/** The losses right before changed by far more than their last digit. */
function isAbrupt({ before, value }: Memory): boolean {
  if (before.length < 4) return false;
  const decimals = Math.max(decimalsOf(value), ...before.map(decimalsOf));
  const unit = Math.max(10 ** -decimals, FLOAT_DIGITS * Math.abs(before.at(-1)!));
  const changes = before.slice(1).map((loss, i) => Math.abs(loss - before[i]!));
  if (value === 0) return !before.includes(0) && median(before.map(Math.abs)) >= UNITS_TO_ZERO * unit;
  return median(changes) >= UNITS * unit;
}

/** Never another loss: 0 with a gradient is how some reinforcement losses begin, and few digits hide a slow start. */
function isDeadFromStart({ value, count, alive }: Memory): boolean {
  if (value === 0) return alive === 0;
  return decimalsOf(value) >= 3 || count >= RECORDS_FROM_START;
}
