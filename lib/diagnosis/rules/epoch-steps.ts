import { mean, median } from "#lib/core/index.ts";
import { EVENT_LABEL, epochStepsText } from "../text/events.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** The epoch under way, counted from 1; 0 before the first. */
  epoch: number;
  /** Its first losses, and the last ones, at most 8 each; losses in it. */
  head: number[];
  tail: number[];
  count: number;
  /** The last losses of the epoch before, until this one's head is full. */
  before: number[] | null;
  /** The last three boundaries, oldest first: how far the loss fell over each, and in the epoch between, and its error. */
  boundaries: { step: number; drop: number; within: number; error: number }[];
  /** The first loss level of the epoch before. */
  lastHead: number;
  boundaryStep: number;
  told: boolean;
};

const EDGE = 8;
/** Losses an epoch must have before its edges are levels. */
const LEAST_RECORDS = 24;
const BOUNDARIES = 3;
/** Drops are told when each exceeds this many standard errors and they make up this share of all that was gained. */
const CLEAR = 4;
const SHARE = 0.5;

const fresh = (): Memory => ({
  attempt: -1,
  epoch: 0,
  head: [],
  tail: [],
  count: 0,
  before: null,
  boundaries: [],
  lastHead: Number.NaN,
  boundaryStep: 0,
  told: false,
});

/**
 * The loss falls in steps at the epochs' boundaries and hardly between them: the model remembers what it has seen
 * (DIAGNOSIS.md §8.4). A note, once an attempt; never trouble.
 */
export const epochSteps = defineRule<Memory>({
  name: "loss.epoch_steps",
  fresh,
  observe({ reading, state }, memory) {
    const { loss, epoch, step, attempt } = reading;
    if (attempt > memory.attempt) Object.assign(memory, fresh(), { attempt });
    if (memory.told || loss === undefined || !Number.isFinite(loss) || state.nonfinite.failure !== null) return null;
    if (epoch === undefined || !Number.isFinite(epoch)) return null;
    // Trainers that print the share write 1.0 at the end of the first epoch.
    const now = Math.ceil(epoch - 1e-9);
    if (now !== memory.epoch) beginEpoch(memory, now, step);
    memory.count++;
    memory.tail.push(loss);
    if (memory.tail.length > EDGE) memory.tail.shift();
    if (memory.head.length >= EDGE) return null;
    memory.head.push(loss);
    if (memory.head.length < EDGE) return null;
    closeBoundary(memory);
    const { boundaries } = memory;
    if (boundaries.length < BOUNDARIES || !boundaries.every(({ drop, error }) => drop > CLEAR * error)) return null;
    const dropped = boundaries.reduce((sum, { drop }) => sum + drop, 0);
    const within = boundaries.reduce((sum, boundary) => sum + Math.max(0, boundary.within), 0);
    if (dropped < SHARE * (dropped + within)) return null;
    memory.told = true;
    const drop = median(boundaries.map((boundary) => boundary.drop));
    return {
      severity: "note",
      step: boundaries[0]!.step,
      alert: false,
      text: epochStepsText(drop, boundaries.length),
      evidence: [{ name: "epoch_drop", value: drop, unit: "loss", label: EVENT_LABEL.drop }],
    };
  },
});

function beginEpoch(memory: Memory, epoch: number, step: number): void {
  const whole = memory.count >= LEAST_RECORDS && epoch === memory.epoch + 1;
  Object.assign(memory, {
    epoch,
    before: whole ? memory.tail : null,
    lastHead: whole ? mean(memory.head) : Number.NaN,
    boundaries: whole ? memory.boundaries : [],
    boundaryStep: step,
    head: [],
    tail: [],
    count: 0,
  });
}

function closeBoundary(memory: Memory): void {
  const { before, head, lastHead, boundaryStep: step } = memory;
  if (before === null) return;
  const spread = (values: readonly number[]): number =>
    mean(values.slice(1).map((value, i) => (value - values[i]!) ** 2)) / 2;
  const error = Math.sqrt((spread(before) + spread(head)) / EDGE);
  const end = mean(before);
  memory.boundaries.push({ step, drop: end - mean(head), within: lastHead - end, error });
  if (memory.boundaries.length > BOUNDARIES) memory.boundaries.shift();
}
