import { identifyModel, plannedModel } from "./identify.ts";
import type { RateEvent } from "./jump-watch.ts";
import { addChange, type JumpWatch, newJumpWatch, restartJumps, watchJump } from "./jump-watch.ts";
import { newRateKnots, pushRate, type RateKnots } from "./knots.ts";
import { newResumeWatch, type ResumeWatch, watchResume } from "./resume-watch.ts";
import { rateAt, type ScheduleModel } from "./shapes.ts";

/**
 * What the rules know of the schedule while it goes on: the model as it was read a short while ago, and how long the rate
 * has risen or been at zero. It is read anew when it no longer foretells the rate, so that a record costs little.
 */
export type ScheduleWatch = {
  records: number;
  nextLook: number;
  /** Whether the last record was held against the model. */
  looked: boolean;
  model: ScheduleModel | null;
  /** Largest distance of the model from the measured rates beyond rounding, as a share of the peak. */
  excess: number;
  /** Whether no top has been seen yet. */
  rising: boolean;
  /** Records in a row with the same rate below a thousandth of the peak, and where that began. */
  zeros: number;
  zeroFrom: number;
  lastStep: number;
  lastRate: number;
  /** Records at the last reading. */
  readAt: number;
  resume: ResumeWatch;
};

/** Rates as they are kept in the engine's state. */
export type RateState = { knots: RateKnots; jumps: JumpWatch; schedule: ScheduleWatch };

const FIRST_LOOK = 24;
const LOOK_SHARE = 1 / 16;
const SETTLED_SHARE = 1 / 4;
/** A reading costs as much as hundreds of records: while the model foretells the rate within this share of the peak, it
 * stands until the records have become four times as many. */
const HOLDS = 2e-3;
const REREAD_GROWTH = 4;
const ZERO = 1e-3;

export function newRateState(): RateState {
  return {
    knots: newRateKnots(),
    jumps: newJumpWatch(),
    schedule: {
      records: 0,
      nextLook: FIRST_LOOK,
      looked: false,
      model: null,
      excess: 0,
      rising: false,
      zeros: 0,
      zeroFrom: Number.NaN,
      lastStep: Number.NaN,
      lastRate: Number.NaN,
      readAt: 0,
      resume: newResumeWatch(null, 0),
    },
  };
}

/** Training began again at `step`. */
export function restartRates({ knots, jumps, schedule }: RateState, step: number, maxSteps: number | null): void {
  const { count } = knots;
  // Before the second knot it is no resume but the run from its begin.
  const resumes = count > 1 && step > knots.step[1]!;
  const plan = resumes ? plannedModel(knots, jumps.changes, maxSteps) : null;
  schedule.resume = newResumeWatch(plan, step);
  schedule.zeros = 0;
  schedule.nextLook = schedule.records + FIRST_LOOK;
  restartJumps(jumps, step);
}

/** Takes the next rate, finite and not negative; what it shows to have happened. */
export function pushScheduleRate(
  { knots, jumps, schedule }: RateState,
  step: number,
  rate: number,
  maxSteps: number | null,
): RateEvent | null {
  pushRate(knots, step, rate);
  const { lastRate } = schedule;
  schedule.records++;
  const isLow = rate <= ZERO * knots.peak;
  schedule.zeros = isLow ? (rate === lastRate ? schedule.zeros + 1 : 1) : 0;
  if (schedule.zeros <= 1) schedule.zeroFrom = step;
  schedule.lastStep = step;
  schedule.lastRate = rate;
  const mismatch = watchResume(schedule.resume, step, rate);
  if (mismatch !== null) addChange(jumps, mismatch);
  const event = watchJump(jumps, step, rate, maxSteps);
  look(schedule, knots, jumps, maxSteps);
  return mismatch ?? event;
}

function look(schedule: ScheduleWatch, knots: RateKnots, jumps: JumpWatch, maxSteps: number | null): void {
  const { records, model } = schedule;
  schedule.looked = records >= schedule.nextLook;
  if (!schedule.looked) return;
  const holds = model !== null && Math.abs(rateAt(model, schedule.lastStep) - schedule.lastRate) <= HOLDS * knots.peak;
  if (holds && records < schedule.readAt * REREAD_GROWTH) {
    schedule.nextLook = records + nextAfter(records, LOOK_SHARE);
    return;
  }
  const reading = identifyModel(knots, jumps.changes, maxSteps);
  schedule.readAt = records;
  schedule.model = typeof reading === "string" ? null : reading.model;
  schedule.excess = typeof reading === "string" ? 0 : reading.excess;
  schedule.rising = reading === "rising";
  // What no shape fits will not be fitted by the next record either; and after a jump the reading is of what was before.
  const isSettled = reading === "unknown" || jumps.changes.length > 0;
  schedule.nextLook = records + nextAfter(records, isSettled ? SETTLED_SHARE : LOOK_SHARE);
}

const nextAfter = (records: number, share: number): number => Math.max(FIRST_LOOK / 2, Math.ceil(records * share));
