import type { RateEvent, RatePoint } from "./jump-watch.ts";
import { rateAt, type ScheduleModel } from "./shapes.ts";

/**
 * Compares the rate after a resume with the schedule of the attempt before it (DIAGNOSIS.md §3.3, lr.resume_mismatch):
 * off by more than 2 % of the peak and 5 % of the value at two records in a row among the first twenty.
 */
export type ResumeWatch = {
  /** What the attempt before would have gone on with; null where nothing is to be compared any more. */
  plan: ScheduleModel | null;
  left: number;
  last: number;
  suspect: RatePoint | null;
};

const RECORDS = 20;

export function newResumeWatch(plan: ScheduleModel | null, step: number): ResumeWatch {
  return { plan, left: RECORDS, last: step, suspect: null };
}

/** Takes the next point; the mismatch when this one confirms it. */
export function watchResume(watch: ResumeWatch, step: number, rate: number): RateEvent | null {
  const { plan, suspect } = watch;
  if (plan === null) return null;
  const expected = off(plan, step, Math.max(1, step - watch.last) + 1, rate);
  watch.last = step;
  watch.left--;
  if (watch.left <= 0) watch.plan = null;
  watch.suspect = expected === null ? null : (suspect ?? { step, rate });
  if (expected === null || suspect === null) return null;
  watch.plan = null;
  watch.suspect = null;
  return { kind: "resume", step: suspect.step, from: rateAt(plan, suspect.step), to: suspect.rate };
}

/** The planned rate, when the measured one is far from it and from those within `around` steps: logs may be one record late. */
function off(plan: ScheduleModel, step: number, around: number, rate: number): number | null {
  const near = [step - around, step, step + around].map((t) => rateAt(plan, t));
  const expected = near[1]!;
  const tolerance = Math.max(0.02 * plan.peak, 0.05 * expected);
  const within = rate >= Math.min(...near) - tolerance && rate <= Math.max(...near) + tolerance;
  return within ? null : expected;
}
