import fc from "fast-check";
import { expect, test } from "vitest";
import {
  BUCKETS,
  bucketCentre,
  bucketMean,
  bucketVariance,
  newHistory,
  pushHistory,
  rewindHistory,
} from "./history.ts";
import { newLossCurve, pushLoss, restartCurve, setRate } from "./loss-curve.ts";
import { newPyramid, pushPyramid, strongestSwing } from "./pyramid.ts";

function historyOf(values: readonly number[]) {
  const history = newHistory();
  let previous = Number.NaN;
  values.forEach((value, i) => {
    pushHistory(history, { value, previous, step: i + 1, area: i + 1, rate: 1, gradNorm: 1 });
    previous = value;
  });
  return history;
}

test("buckets hold the whole run, equally wide, however long it is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), (length) => {
      const history = historyOf(Array.from({ length }, (_, i) => i));
      const { count, width, open } = history;
      expect(count * width + open.points).toBe(length);
      expect(count).toBeLessThan(BUCKETS);
      if (length > BUCKETS) expect(count).toBeGreaterThanOrEqual(BUCKETS / 2);
      for (let i = 0; i < count; i++) {
        expect(bucketMean(history, i)).toBeCloseTo(i * width + (width - 1) / 2, 6);
        expect(history.columns.step[i]).toBe((i + 1) * width);
      }
    }),
    { numRuns: 30 },
  );
});

test("a bucket knows the spread within it, far from zero too", () => {
  const history = historyOf(Array.from({ length: 256 }, (_, i) => 1e6 + (i % 2 === 0 ? 1 : -1)));
  expect(history.width).toBe(4);
  expect(bucketVariance(history, 3)).toBeCloseTo(1, 6);
  expect(bucketCentre(history, 0, 1)).toBe(2.5);
});

test("a rewind forgets what lies beyond the step", () => {
  const history = historyOf(Array.from({ length: 300 }, (_, i) => i));
  rewindHistory(history, 100);
  expect(history.columns.step[history.count - 1]).toBe(100);
  expect(history.open.points).toBe(0);
});

test("a zig-zag stands out of the noise as a swing of two points", () => {
  const pyramid = newPyramid();
  for (let i = 0; i < 2000; i++) pushPyramid(pyramid, 5 - i / 500 + (i % 2 === 0 ? 0.4 : -0.4));
  const swing = strongestSwing(pyramid);
  expect(swing?.period).toBe(2);
  // Second differences of ±0.4 are ±1.6; their mean square over 6.
  expect(swing?.amplitude).toBeCloseTo(Math.sqrt(1.6 ** 2 / 6), 2);
});

test("a straight descent has no swing at any scale", () => {
  const pyramid = newPyramid();
  for (let i = 0; i < 2000; i++) pushPyramid(pyramid, 5 - i / 512);
  expect(strongestSwing(pyramid)).toBeNull();
});

test("the start level is not raised by a blow-up in the first steps", () => {
  const curve = newLossCurve();
  for (const loss of [5.4, 30, 25, 20, 18]) pushLoss(curve, curve.points + 1, loss, Number.NaN);
  expect(curve.start).toBe(5.4);
});

test("learning-rate time counts steps, not records", () => {
  const curve = newLossCurve();
  setRate(curve, 0.5);
  for (const step of [1, 2, 10]) pushLoss(curve, step, 3, Number.NaN);
  expect(curve.area).toBe(0.5 * (1 + 1 + 8));
});

test("after a restart start level and history before it stay, and the points agree with the buckets", () => {
  const curve = newLossCurve();
  for (let step = 1; step <= 400; step++) pushLoss(curve, step, 5 / step, Number.NaN);
  const { start } = curve;
  restartCurve(curve, 201);
  expect(curve.start).toBe(start);
  expect(curve.points).toBe(curve.history.count * curve.history.width);
  expect(curve.lastStep).toBeLessThanOrEqual(200);
  // Windows and noise scales have seen nothing of the new attempt.
  expect([curve.window.size, curve.spikes.window.size, curve.pyramid.count[0]]).toEqual([0, 0, 0]);
  restartCurve(curve, 1);
  expect(curve.points).toBe(0);
});
