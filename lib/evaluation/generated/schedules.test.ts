import { expect, test } from "vitest";
import { identifySchedule } from "../../diagnosis/schedule/identify.ts";
import { newRateKnots, pushRate } from "../../diagnosis/schedule/knots.ts";
import { newRateState, pushScheduleRate } from "../../diagnosis/schedule/schedule-watch.ts";
import { FAMILIES, type SyntheticSchedule, syntheticJumps, syntheticSchedules } from "./schedules.ts";

/** The kind and warm-up read off the first `share` of a schedule. */
function readAt(schedule: SyntheticSchedule, share: number) {
  const knots = newRateKnots();
  const until = schedule.points.filter(({ step }) => step <= share * schedule.total);
  for (const { step, rate } of until) pushRate(knots, step, rate);
  const read = identifySchedule(knots, [], schedule.totalKnown ? schedule.total : null);
  return { kind: (read?.kind ?? "unknown").replace("warmup-", ""), warmupSteps: read?.warmupSteps ?? 0, until };
}

/** A warm-up that lies between two records cannot be measured better than they do. */
function isWarmUpRight(schedule: SyntheticSchedule, warmupSteps: number): boolean {
  const within = schedule.warmupSteps < 2 * schedule.every ? 2 * schedule.every : Math.max(1, 0.005 * schedule.total);
  return Math.abs(warmupSteps - schedule.warmupSteps) <= within;
}

test("of 500 schedules of ten families, 98 % are read right at the end: kind and warm-up", { timeout: 30_000 }, () => {
  const schedules = syntheticSchedules(500, 11);
  const wrong = schedules.filter((schedule) => {
    const kind = schedule.kind.replace("warmup-", "");
    const read = readAt(schedule, 1);
    const isKind = read.kind === kind || (kind === "reduce-on-plateau" && read.kind === "step");
    return !isKind || !isWarmUpRight(schedule, read.warmupSteps);
  });
  expect(new Set(schedules.map(({ kind }) => kind.replace("warmup-", ""))).size).toBe(FAMILIES.length);
  expect(wrong.length / schedules.length).toBeLessThanOrEqual(0.02);
});

/** What a schedule has shown so far may be less than what it is. */
const SO_FAR: Record<string, readonly string[]> = {
  wsd: ["constant"],
  step: ["constant"],
  "reduce-on-plateau": ["constant", "step"],
  "cosine-restarts": ["cosine"],
};

test("at 60 % of the run 98 % are read right, by what has been shown so far", { timeout: 30_000 }, () => {
  const schedules = syntheticSchedules(500, 12);
  const wrong = schedules.filter((schedule) => {
    const kind = schedule.kind.replace("warmup-", "");
    const read = readAt(schedule, 0.6);
    return !(read.kind === kind || SO_FAR[kind]?.includes(read.kind)) || !isWarmUpRight(schedule, read.warmupSteps);
  });
  expect(wrong.length / schedules.length).toBeLessThanOrEqual(0.02);
});

function events(schedule: SyntheticSchedule) {
  const state = newRateState();
  const total = schedule.totalKnown ? schedule.total : null;
  return schedule.points
    .map(({ step, rate }) => pushScheduleRate(state, step, rate, total))
    .filter((event) => event !== null);
}

const isUnexpected = ({ kind }: { kind: string }): boolean => ["jump", "second_warmup", "resume"].includes(kind);

test("98 % of jumps are found at their very record, those off a held rate as steps", { timeout: 30_000 }, () => {
  const jumps = syntheticJumps(500, 13);
  const found = jumps.filter((jumped) => events(jumped).some(({ step }) => step === jumped.jumpStep));
  expect(found.length / jumps.length).toBeGreaterThanOrEqual(0.98);
  const moving = jumps.filter(({ kind }) => /linear|cosine$|polynomial/.test(kind));
  const alarmed = moving.filter((jumped) =>
    events(jumped).some((event) => event.step === jumped.jumpStep && isUnexpected(event)),
  );
  expect(alarmed.length / moving.length).toBeGreaterThanOrEqual(0.8);
});

test("no schedule of 3000 has an unexpected change in it, whatever its digits", { timeout: 60_000 }, () => {
  const alarmed = syntheticSchedules(3000, 14, [3, 4, 5, 6]).filter((schedule) => events(schedule).some(isUnexpected));
  expect(alarmed.map(({ kind, total, every }) => ({ kind, total, every }))).toEqual([]);
});
