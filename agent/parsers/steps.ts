import { z } from "zod";
import { isStep, type StepSource } from "#lib/protocol/index.ts";
import { type Frame, isTrainingFrame } from "./bars.ts";
import type { Reading } from "./reading.ts";

/**
 * Which step a record belongs to. A printed step is taken as it is. Otherwise the training bar tells: tqdm draws it again
 * right after a record with the exact count, while the drawing before the record may be stale, for bars are throttled.
 */
const count = z.int().nonnegative();
const barSchema = z.object({
  total: count,
  count,
  /** Drawn since the last record was placed. */
  moved: z.boolean(),
  /** Gave a training record its step, so another bar does not replace it lightly. */
  used: z.boolean(),
});
export const stepStateSchema = z.object({
  /** Training records so far: the ordinal. */
  records: count,
  /** Step of the newest training record. */
  last: count.nullable(),
  source: z.enum(["printed", "bar", "epoch", "ordinal"]).nullable(),
  maxSteps: count.nullable(),
  bar: barSchema.nullable(),
  /** Another bar that moved since the training bar did. */
  rival: z.object({ total: count, count }).nullable(),
  /** Learnt from records whose step and epoch are both known. */
  stepsPerEpoch: z.number().positive().nullable(),
  /** What the Trainer announces before it begins. */
  examples: count.nullable(),
  epochs: count.nullable(),
  batch: count.nullable(),
  totalSteps: count.nullable(),
});
export type StepState = z.infer<typeof stepStateSchema>;

export const initialSteps = (): StepState => ({
  records: 0,
  last: null,
  source: null,
  maxSteps: null,
  bar: null,
  rival: null,
  stepsPerEpoch: null,
  examples: null,
  epochs: null,
  batch: null,
  totalSteps: null,
});

/** Takes note of a bar. True when it is the training bar, whose count is the step of a record just before it. */
export function noteFrame(state: StepState, frame: Frame): boolean {
  if (!isTrainingFrame(frame) || !isStep(frame.count) || !isStep(frame.total)) return false;
  const { bar } = state;
  if (bar?.used && bar.total !== frame.total) {
    state.rival = { total: frame.total, count: frame.count };
    return false;
  }
  state.bar = { total: frame.total, count: frame.count, moved: true, used: bar?.used ?? false };
  state.rival = null;
  state.maxSteps = frame.total;
  return true;
}

/** True when the training bar begins again: what is held back belongs before it. */
export const isRestart = ({ bar }: StepState, frame: Frame): boolean =>
  bar !== null && frame.count < bar.count && isTrainingFrame(frame);

/** True when a record without a printed step is best kept until the training bar is drawn again. */
export const awaitsBar = ({ bar }: StepState, reading: Reading): boolean => reading.step === null && bar !== null;

/** A training record beside another bar, after the training bar was full, means that a second training has begun. */
export function noteRecord(state: StepState, reading: Reading): void {
  const { bar, rival } = state;
  if (!bar || !rival || reading.kind !== "train" || reading.step !== null || bar.count < bar.total) return;
  state.bar = { ...rival, moved: true, used: true };
  state.maxSteps = rival.total;
  state.rival = null;
}

/** The step of a reading; with `frame`, that of the bar drawn right after it. Counts training records. */
export function placeReading(state: StepState, reading: Reading, frame: Frame | null): number {
  const isTrain = reading.kind === "train";
  const [step, source] = resolve(state, reading, frame);
  if (reading.maxSteps !== null) state.maxSteps = reading.maxSteps;
  if (state.bar) {
    state.bar.moved = false;
    if (isTrain) state.bar.used = true;
  }
  if (frame && isTrain && reading.epoch) state.stepsPerEpoch = positiveOrNull(frame.count / reading.epoch);
  if (isTrain) {
    state.records += 1;
    state.last = step;
    state.source = source;
  }
  return step;
}

const ANNOUNCED =
  /(Num examples|Num Epochs|[Tt]otal optimization steps|Total steps|^\{"max_steps"|Total train batch size[^=]{0,60})(?: = |:)(\d[\d,]{0,15})/g;

/** Reads the Trainer's opening words: `Num Epochs = 3`, `Total optimization steps = 1,000`. They are not metrics. */
export function noteAnnouncement(state: StepState, text: string): void {
  for (const [, label = "", digits = ""] of text.matchAll(ANNOUNCED)) {
    const value = Number(digits.replaceAll(",", ""));
    if (!isStep(value) || value === 0) continue;
    if (label === "Num examples") state.examples = value;
    else if (label === "Num Epochs") state.epochs = value;
    else if (label.startsWith("Total train batch")) state.batch = value;
    else {
      state.totalSteps = value;
      state.maxSteps = value;
    }
  }
}

function resolve(state: StepState, reading: Reading, frame: Frame | null): [number, StepSource] {
  if (reading.step !== null) return [reading.step, reading.stepIsEpoch ? "epoch" : "printed"];
  if (frame) return [frame.count, "bar"];
  if (state.bar) {
    if (state.bar.moved) return [state.bar.count, "bar"];
    const estimate = stepOfEpoch(state, reading.epoch);
    const isPlausible = estimate !== null && estimate >= state.bar.count && estimate <= state.bar.total;
    return isPlausible ? [estimate, "epoch"] : [state.bar.count, "bar"];
  }
  if (reading.kind !== "train") {
    const epoch = isStep(reading.epoch) ? reading.epoch : 0;
    return [state.last ?? epoch, state.source ?? "ordinal"];
  }
  if (state.source === "printed" && state.last !== null) return [state.last, "printed"];
  const estimate = stepOfEpoch(state, reading.epoch);
  if (estimate === null) return [state.records + 1, "ordinal"];
  // Epochs are printed rounded: records that round to the same step still follow each other.
  const goesBack = state.last !== null && reading.epoch === 0;
  return [state.last === null || goesBack ? estimate : Math.max(estimate, state.last + 1), "epoch"];
}

function stepOfEpoch(state: StepState, epoch: number | null): number | null {
  if (epoch === null || !(epoch >= 0)) return null;
  const stepsPerEpoch = announcedStepsPerEpoch(state) ?? state.stepsPerEpoch;
  if (stepsPerEpoch === null) return null;
  const step = Math.round(epoch * stepsPerEpoch);
  return isStep(step) ? Math.min(step, state.totalSteps ?? step) : null;
}

/** With a limit on steps the announced epochs are rounded up, so examples and batch size are asked first. */
function announcedStepsPerEpoch({ examples, epochs, batch, totalSteps }: StepState): number | null {
  if (totalSteps === null || epochs === null) return null;
  const whole = totalSteps / epochs;
  if (examples === null || batch === null || Math.abs(examples / batch - whole) < 1) return whole;
  return Math.ceil(examples / batch);
}

const positiveOrNull = (value: number): number | null => (value > 0 && Number.isFinite(value) ? value : null);
