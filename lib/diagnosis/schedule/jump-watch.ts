/**
 * Notices a learning rate that leaves its own course from one record to the next (DIAGNOSIS.md §3.3): off the straight
 * continuation by more than 2 % of the peak and 5 % of the value at two successive records, and changing far more in that
 * interval than in those around it. A bend (end of warm-up, begin of a decay) changes the slope and is no jump. A fall
 * between two held levels is a step decay, a return from the floor to the peak a restart; what is neither is unexpected.
 */
export type JumpWatch = {
  seen: number;
  peak: number;
  /** The last two points on the course; `step` is NaN where there is none yet. */
  before: RatePoint;
  last: RatePoint;
  /** A point off course that the next one has to confirm. */
  suspect: RatePoint | null;
  /** How far the rate has sunk on its course since the last event. */
  sunk: number;
  /** The last change from one record to the next that was one. */
  stride: number;
  /** Whether it has been held from the first, or risen between held levels: what may be a warm-up in stairs. */
  stairs: boolean;
  /** Unexpected ones, oldest first. */
  changes: RateChange[];
};

export type RatePoint = { step: number; rate: number };
export type RateChange = { step: number; from: number; to: number };

/** `jump`, `second_warmup` and `resume` (off the schedule of the attempt before) are unexpected; the others are schedule. */
export type RateEvent = RateChange & { kind: "jump" | "second_warmup" | "resume" | "drop" | "climb" | "restart" };

/** Points of a course before a jump can be told from it. */
const MIN_SEEN = 8;
/** A change this many times the neighbouring ones, at the same spacing, is a jump; 1−√t decays begin with 2.4. */
const STEEPER = 3;
const CHANGES_KEPT = 16;
/** A rise between held levels is a warm-up in stairs before this many records or this share of the planned steps. */
const STAIRS_RECORDS = 200;
const STAIRS_SHARE = 0.15;
/** A fall of less is a stair of a decay that is set once an epoch, and worth no word. */
const DROP = 0.2;
/** A decay that goes on by this share of a fall is steep rather than broken. */
const GOES_ON = 0.2;
const ZERO = 1e-3;
/** A schedule may go to zero in its last steps. */
const LAST_SHARE = 0.95;
/** A cycle ends below this share of the peak, and the next begins above the other. */
const CYCLE_END = 0.25;
const CYCLE_BEGIN = 0.5;

export function newJumpWatch(): JumpWatch {
  return {
    seen: 0,
    peak: 0,
    before: nowhere(),
    last: nowhere(),
    suspect: null,
    ...newCourse(),
    stairs: true,
    changes: [],
  };
}

/** After a restart at `step` the course begins anew, and changes beyond it have not happened. */
export function restartJumps(watch: JumpWatch, step: number): void {
  const changes = watch.changes.filter((change) => change.step < step);
  Object.assign(watch, {
    seen: 0,
    before: nowhere(),
    last: nowhere(),
    suspect: null,
    ...newCourse(),
    stairs: true,
    changes,
  });
}

/** The last unexpected change, when it was upwards. */
export function lastRise({ changes }: JumpWatch): RateChange | null {
  const last = changes.at(-1);
  return last !== undefined && last.to > last.from ? last : null;
}

/** A change that was found elsewhere: what follows it is no longer the schedule. */
export function addChange(watch: JumpWatch, { step, from, to }: RateChange): void {
  watch.changes.push({ step, from, to });
  if (watch.changes.length > CHANGES_KEPT) watch.changes.shift();
}

/** Takes the next point; the event when this one has confirmed the point before as one. */
export function watchJump(watch: JumpWatch, step: number, rate: number, maxSteps: number | null): RateEvent | null {
  const { last, suspect } = watch;
  if (!(step > (suspect ?? last).step) && watch.seen > 0) return null;
  watch.seen++;
  const next = { step, rate };
  if (suspect === null) {
    const off = watch.seen > MIN_SEEN && isOffCourse(watch, step, rate);
    if (off && Math.abs(rate - last.rate) > tolerance(watch, rate)) watch.suspect = next;
    else follow(watch, next);
    return null;
  }
  watch.suspect = null;
  const confirmed = isOffCourse(watch, step, rate) && isAbrupt(watch, suspect, next);
  const kind = confirmed ? kindOfChange(watch, suspect, next, maxSteps) : null;
  const event = kind === null ? null : { kind, step: suspect.step, from: last.rate, to: suspect.rate };
  if (kind === null && !confirmed) follow(watch, suspect);
  else leap(watch, suspect);
  follow(watch, next);
  if (event !== null && (kind === "jump" || kind === "second_warmup")) addChange(watch, event);
  return event;
}

/** Goes on along the course. */
function follow(watch: JumpWatch, next: RatePoint): void {
  const { last } = watch;
  const change = next.rate - last.rate;
  if (Math.abs(change) > 0) {
    watch.stride = Math.abs(change);
    // Two changes in a row are a slope.
    if (watch.before.rate !== last.rate) watch.stairs = false;
  }
  if (change < 0) watch.sunk -= change;
  watch.before = last;
  watch.last = next;
  watch.peak = Math.max(watch.peak, next.rate);
}

/** Goes on from the other side of a change. */
function leap(watch: JumpWatch, to: RatePoint): void {
  const change = to.rate - watch.last.rate;
  Object.assign(watch, newCourse(), { stride: Math.abs(change), stairs: watch.stairs && change > 0 });
  watch.before = watch.last;
  watch.last = to;
  watch.peak = Math.max(watch.peak, to.rate);
}

function isOffCourse(watch: JumpWatch, step: number, rate: number): boolean {
  const predicted = watch.last.rate + slope(watch.before, watch.last) * (step - watch.last.step);
  return Math.abs(rate - predicted) > tolerance(watch, predicted);
}

function isAbrupt({ before, last }: JumpWatch, suspect: RatePoint, next: RatePoint): boolean {
  const around = Math.max(Math.abs(slope(before, last)), Math.abs(slope(suspect, next)));
  return Math.abs(suspect.rate - last.rate) > STEEPER * around * (suspect.step - last.step);
}

function kindOfChange(
  watch: JumpWatch,
  suspect: RatePoint,
  next: RatePoint,
  maxSteps: number | null,
): RateEvent["kind"] | null {
  const { before, last } = watch;
  const held = before.rate === last.rate && suspect.rate === next.rate;
  return suspect.rate < last.rate
    ? kindOfFall(watch, suspect, next, held, maxSteps)
    : kindOfRise(watch, suspect, held, maxSteps);
}

function kindOfFall(
  watch: JumpWatch,
  suspect: RatePoint,
  next: RatePoint,
  held: boolean,
  maxSteps: number | null,
): RateEvent["kind"] | null {
  const { last, peak, sunk, stride } = watch;
  const fall = last.rate - suspect.rate;
  if (maxSteps !== null && suspect.step >= LAST_SHARE * maxSteps) return null;
  if (suspect.rate - next.rate > GOES_ON * fall) return null;
  if (suspect.rate <= 0.1 * last.rate && next.rate > suspect.rate) return "second_warmup";
  if (suspect.rate <= ZERO * peak) return "jump";
  if (!held) return "jump";
  // A stair of a curve that is set once an epoch is about as high as the one before.
  if (sunk > 0 && fall < STEEPER * stride) return null;
  if (sunk > 0.02 * peak) return "jump";
  return fall >= DROP * last.rate ? "drop" : null;
}

function kindOfRise(
  watch: JumpWatch,
  suspect: RatePoint,
  held: boolean,
  maxSteps: number | null,
): RateEvent["kind"] | null {
  const { last, peak, seen, stairs } = watch;
  const early = maxSteps === null ? seen < STAIRS_RECORDS : suspect.step < STAIRS_SHARE * maxSteps;
  if (held && stairs && early) return "climb";
  const returns = suspect.rate >= CYCLE_BEGIN * peak && suspect.rate <= 1.05 * peak;
  return returns && last.rate <= CYCLE_END * peak ? "restart" : "jump";
}

const tolerance = (watch: JumpWatch, rate: number): number => Math.max(0.02 * watch.peak, 0.05 * Math.abs(rate));

function slope(from: RatePoint, to: RatePoint): number {
  return (to.rate - from.rate) / (to.step - from.step);
}

const nowhere = (): RatePoint => ({ step: Number.NaN, rate: Number.NaN });
const newCourse = () => ({ sunk: 0, stride: 0 });
