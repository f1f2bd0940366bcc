/**
 * Notices a learning rate that leaves its own course from one record to the next (DIAGNOSIS.md §3.3, lr.jump_unexpected):
 * off the straight continuation by more than 2 % of the peak and 5 % of the value at two successive records, and changing
 * far more in that interval than in those around it. A bend (end of warm-up, begin of a decay) changes the slope and is no
 * jump; a fall between two held levels is a step decay; a return from the floor to the peak is a restart.
 */
export type JumpWatch = {
  seen: number;
  peak: number;
  /** The last two points on the course; `step` is NaN where there is none yet. */
  before: RatePoint;
  last: RatePoint;
  /** A point off course that the next one has to confirm. */
  suspect: RatePoint | null;
  changes: RateChange[];
};

export type RatePoint = { step: number; rate: number };
export type RateChange = { step: number; from: number; to: number };

/** Points of a course before a jump can be told from it. */
const MIN_SEEN = 8;
/** A change this many times the neighbouring ones, at the same spacing, is a jump; 1−√t decays begin with 2.4. */
const STEEPER = 3;
const CHANGES_KEPT = 16;
/** A rise between held levels is a warm-up in stairs before this many records or this share of the planned steps. */
const STAIRS_RECORDS = 200;
const STAIRS_SHARE = 0.1;

export function newJumpWatch(): JumpWatch {
  return { seen: 0, peak: 0, before: nowhere(), last: nowhere(), suspect: null, changes: [] };
}

/** After a restart at `step` the course begins anew, and changes beyond it have not happened. */
export function restartJumps(watch: JumpWatch, step: number): void {
  const changes = watch.changes.filter((change) => change.step < step);
  Object.assign(watch, { seen: 0, before: nowhere(), last: nowhere(), suspect: null, changes });
}

/** Takes the next point; the change when this one has confirmed an unexpected jump. */
export function watchJump(watch: JumpWatch, step: number, rate: number, maxSteps: number | null): RateChange | null {
  const { last, suspect } = watch;
  if (!(step > (suspect ?? last).step) && watch.seen > 0) return null;
  watch.seen++;
  if (suspect !== null) {
    watch.suspect = null;
    const confirmed = isOffCourse(watch, step, rate) && isAbrupt(watch, suspect, { step, rate });
    const expected = confirmed && isExpected(watch, suspect, { step, rate }, maxSteps);
    watch.before = suspect;
    watch.last = { step, rate };
    watch.peak = Math.max(watch.peak, suspect.rate, rate);
    if (!confirmed || expected) return null;
    const change = { step: suspect.step, from: last.rate, to: suspect.rate };
    watch.changes.push(change);
    if (watch.changes.length > CHANGES_KEPT) watch.changes.shift();
    return change;
  }
  if (watch.seen > MIN_SEEN && isOffCourse(watch, step, rate) && Math.abs(rate - last.rate) > tolerance(watch, rate)) {
    watch.suspect = { step, rate };
    return null;
  }
  watch.before = last;
  watch.last = { step, rate };
  watch.peak = Math.max(watch.peak, rate);
  return null;
}

function isOffCourse(watch: JumpWatch, step: number, rate: number): boolean {
  const predicted = watch.last.rate + slope(watch.before, watch.last) * (step - watch.last.step);
  return Math.abs(rate - predicted) > tolerance(watch, predicted);
}

function isAbrupt({ before, last }: JumpWatch, suspect: RatePoint, next: RatePoint): boolean {
  const around = Math.max(Math.abs(slope(before, last)), Math.abs(slope(suspect, next)));
  return Math.abs(suspect.rate - last.rate) > STEEPER * around * (suspect.step - last.step);
}

function isExpected(watch: JumpWatch, suspect: RatePoint, next: RatePoint, maxSteps: number | null): boolean {
  const { before, last, peak } = watch;
  const held = before.rate === last.rate && suspect.rate === next.rate;
  if (held && suspect.rate < last.rate) return true;
  const early = maxSteps === null ? watch.seen < STAIRS_RECORDS : suspect.step < STAIRS_SHARE * maxSteps;
  if (held && early) return true;
  return last.rate <= 0.15 * peak && suspect.rate >= 0.5 * peak && suspect.rate <= 1.05 * peak;
}

const tolerance = (watch: JumpWatch, rate: number): number => Math.max(0.02 * watch.peak, 0.05 * Math.abs(rate));

function slope(from: RatePoint, to: RatePoint): number {
  return (to.rate - from.rate) / (to.step - from.step);
}

function nowhere(): RatePoint {
  return { step: Number.NaN, rate: Number.NaN };
}
