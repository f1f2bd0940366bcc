import type { Reading, RunContext } from "../observation.ts";
import { readHyperparameters } from "../review/config.ts";
import { precisionOf } from "../review/context.ts";
import { NONFINITE_LABEL, scaleCollapseText, scaleFloorText, skipRateText } from "../text/nonfinite.ts";
import { defineRule, type Said } from "./rule.ts";

type Memory = {
  attempt: number;
  firstStep: number;
  /** The scale as last logged, NaN before; whether it is one at all; and the highest since the search for it ended. */
  scale: number;
  scales: boolean;
  highest: number;
  /** The search is over: the scale has grown, or the first 100 steps have passed. */
  settled: boolean;
  /** Changes of the scale since then, at most 16: the value that held until `step`. */
  falls: { step: number; from: number }[];
  /** Skipped updates since then, at most 16 records. */
  skips: { step: number; count: number }[];
  /** Since when the scale has been far below its highest; NaN while it is not. */
  lowSince: number;
  /** The trouble that was told and the step it was last seen at. */
  told: { skips: number; floor: number; collapse: boolean };
};

/** A scaler that has to find its scale halves it at every step: that is no incident (DIAGNOSIS.md §5). */
export const SEARCH_STEPS = 100;
const SKIPS = 3;
const SKIPS_WITHIN = 20;
const SKIPS_OF_1000 = 10;
const LONG = 1000;
/** PyTorch's scale at 2 or below, DeepSpeed's and Megatron's at 1 (§5). */
const FLOOR = 2;
/** Below it is only news for a scale that was well above it. */
const ABOVE_FLOOR = 16;
const HALVINGS = 3;
const HALVINGS_WITHIN = 100;
const COLLAPSED = 2 ** -6;
const COLLAPSED_FOR = 200;
/** Back above this share the collapse is over. */
const RESTORED = 0.5;
/** Steps without a sign of trouble after which the next one is news again. */
const CALM = 500;
const KEPT = 16;
const NEVER = Number.NEGATIVE_INFINITY;

const fresh = (): Memory => ({
  attempt: -1,
  firstStep: 0,
  scale: Number.NaN,
  scales: false,
  highest: 0,
  settled: false,
  falls: [],
  skips: [],
  lowSince: Number.NaN,
  told: { skips: NEVER, floor: NEVER, collapse: false },
});

/** Bf16 trainers log a scale of 1 that scales nothing. */
export const isScaler = (scale: number): boolean => scale > 0 && scale !== 1;

export const trainsInFp16 = ({ config }: RunContext): boolean => precisionOf(readHyperparameters(config)) === "fp16";

/**
 * The loss scaler of fp16 training loses against overflow (DIAGNOSIS.md §5): updates are skipped again and again
 * (`fp16.skip_rate`), the scale falls without end or to its floor (`fp16.scale_floor`), or stays far below what it was
 * (`fp16.scale_collapse`). The worst of them speaks; each is said once until 500 calm steps have passed.
 */
export const lossScale = defineRule<Memory>({
  name: "fp16",
  fresh,
  observe({ reading, state }, memory) {
    const { attempt, step } = reading;
    if (attempt > memory.attempt) Object.assign(memory, fresh(), { attempt, firstStep: step });
    const scale = reading.lossScale;
    const known = scale !== undefined && scale > 0 && Number.isFinite(scale);
    if (known && isScaler(scale)) memory.scales = true;
    const skipped = skippedIn(reading);
    // Without a scaler a gradient that is not finite is another rule's.
    if (!memory.scales && !(skipped > 0 && trainsInFp16(state.context))) return null;
    if (step - memory.firstStep >= SEARCH_STEPS || (known && scale > memory.scale)) memory.settled = true;
    const halvings = known && scale < memory.scale ? Math.max(1, Math.round(Math.log2(memory.scale / scale))) : 0;
    if (memory.settled) {
      if (halvings > 0) keep(memory.falls, { step, from: memory.scale });
      const count = Math.max(halvings, skipped);
      if (count > 0) keep(memory.skips, { step, count });
    }
    if (known) {
      memory.scale = scale;
      if (memory.settled) memory.highest = Math.max(memory.highest, scale);
    }
    if (!memory.settled) return null;
    return atFloor(memory, step) ?? skipping(memory, step) ?? collapsed(memory, step);
  },
});

function skippedIn({ skippedUpdates, gradNorm, loss }: Reading): number {
  if (skippedUpdates !== undefined && skippedUpdates > 0) return Math.min(skippedUpdates, LONG);
  const overflow = gradNorm !== undefined && !Number.isFinite(gradNorm);
  return overflow && loss !== undefined && Number.isFinite(loss) ? 1 : 0;
}

function atFloor(memory: Memory, step: number): Said | null {
  const { falls, skips, scale, highest, told } = memory;
  const recent = falls.filter((fall) => step - fall.step < HALVINGS_WITHIN);
  const from = Math.max(scale, ...recent.map((fall) => fall.from));
  const falling = scale <= from * 2 ** -HALVINGS;
  const skipping = total(within(skips, step, SKIPS_WITHIN)) >= SKIPS;
  const floored = scale <= FLOOR && (highest >= ABOVE_FLOOR || skipping);
  if (!falling && !floored) return null;
  const news = step - told.floor > CALM;
  told.floor = step;
  // What is told as the worse is not told as the lesser too.
  told.skips = step;
  if (!news) return null;
  told.collapse = true;
  const since = recent[0]?.step ?? step;
  const before = falling ? from : highest;
  return {
    rule: "fp16.scale_floor",
    severity: "critical",
    step: since,
    alert: true,
    text: scaleFloorText({ step: since, scale, from: before, steps: Math.max(1, step - since + 1) }),
    evidence: [
      { name: "loss_scale", value: scale, unit: "", label: NONFINITE_LABEL.scale },
      { name: "highest_scale", value: before, unit: "", label: NONFINITE_LABEL.highestScale },
    ],
  };
}

function skipping(memory: Memory, step: number): Said | null {
  const { skips, scale, told } = memory;
  const dense = within(skips, step, SKIPS_WITHIN);
  const long = within(skips, step, LONG);
  const which = total(dense) >= SKIPS ? dense : total(long) > SKIPS_OF_1000 ? long : null;
  if (which === null) return null;
  const news = step - told.skips > CALM;
  told.skips = step;
  if (!news) return null;
  const since = which[0]!.step;
  const skipped = total(which);
  return {
    rule: "fp16.skip_rate",
    severity: "caution",
    step: since,
    alert: true,
    text: skipRateText({ step: since, skipped, steps: which === dense ? SKIPS_WITHIN : LONG, scale }),
    evidence: [
      { name: "skipped", value: skipped, unit: "", label: NONFINITE_LABEL.skipped },
      ...(scale > 0 ? [{ name: "loss_scale", value: scale, unit: "", label: NONFINITE_LABEL.scale }] : []),
    ],
  };
}

function collapsed(memory: Memory, step: number): Said | null {
  const { scale, highest, told } = memory;
  if (!(scale < COLLAPSED * highest)) {
    memory.lowSince = Number.NaN;
    if (scale >= RESTORED * highest) told.collapse = false;
    return null;
  }
  if (Number.isNaN(memory.lowSince)) memory.lowSince = step;
  const steps = step - memory.lowSince;
  if (told.collapse || steps <= COLLAPSED_FOR) return null;
  told.collapse = true;
  return {
    rule: "fp16.scale_collapse",
    severity: "caution",
    step: memory.lowSince,
    alert: true,
    text: scaleCollapseText({ step: memory.lowSince, scale, highest, steps }),
    evidence: [
      { name: "loss_scale", value: scale, unit: "", label: NONFINITE_LABEL.scale },
      { name: "highest_scale", value: highest, unit: "", label: NONFINITE_LABEL.highestScale },
    ],
  };
}

function within(skips: Memory["skips"], step: number, steps: number): Memory["skips"] {
  return skips.filter((skip) => step - skip.step < steps);
}

function total(skips: Memory["skips"]): number {
  return skips.reduce((sum, { count }) => sum + count, 0);
}

function keep<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > KEPT) list.shift();
}
