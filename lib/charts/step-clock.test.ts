import { expect, test } from "vitest";
import { counterClock, learnStep, paceOf, placeOfStep, stepAt, stepClock } from "./step-clock.ts";
import { seriesView } from "./testing.ts";

const T0 = 1_750_000_000_000;
/** Steps take 2 s, with a pause of an hour after step 50. */
const at = (step: number): number => T0 + step * 2000 + (step > 50 ? 3_600_000 : 0);
const steps = Array.from({ length: 100 }, (_, i) => i + 1);
const byStep = (perBucket: number) =>
  seriesView(
    steps.map((step) => [step, 1]),
    { perBucket },
  );
const byTime = (perBucket: number) =>
  seriesView(
    steps.map((step) => [at(step), 1]),
    { perBucket },
  );

test("with a bucket per point every step's time is exact, also around a pause", () => {
  const clock = stepClock(byStep(1), byTime(1))!;
  for (const step of [1, 50, 51, 100]) expect(placeOfStep(clock, step, null)).toBe(at(step));
  expect(stepAt(clock, at(70))).toBe(70);
});

test("with coarse buckets a step's time is within the bucket it falls in", () => {
  const clock = stepClock(byStep(7), byTime(5))!;
  expect(Math.abs(placeOfStep(clock, 30, null)! - at(30))).toBeLessThanOrEqual(7 * 2000);
});

test("beyond the last step time goes on at the pace given, or stops there", () => {
  const clock = stepClock(byStep(1), byTime(1))!;
  expect(placeOfStep(clock, 110, 2000)).toBe(at(100) + 20_000);
  expect(placeOfStep(clock, 110, null)).toBe(at(100));
});

test("points without a time make the clock unknown, not approximate", () => {
  expect(stepClock(byStep(1), seriesView([[at(1), 1]]))).toBeNull();
  expect(stepClock(seriesView([]), seriesView([]))).toBeNull();
});

test("a counter says where steps lie, also where it stands still, and goes on at its pace", () => {
  const epochs = steps.map((step): [number, number] => [step, Math.floor(step / 10) / 10]);
  const clock = counterClock(seriesView(epochs, { metric: "epoch", perBucket: 5 }))!;
  expect(placeOfStep(clock, 100, null)).toBe(1);
  expect(stepAt(clock, 1.5, paceOf(clock))).toBeCloseTo(100 + 0.5 / (1 / 99));
  learnStep(clock, 110, 1.1);
  learnStep(clock, 90, 2);
  expect(clock.step.at(-1)).toBe(110);
  expect(counterClock(seriesView([[1, Number.NaN]]))).toBeNull();
});
