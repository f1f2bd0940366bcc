import { expect, test } from "vitest";
import { newLossCurve, pushLoss, setRate } from "../curve/loss-curve.ts";
import { shortLook } from "./short-series.ts";

function lookOf(losses: number[], rate = 1e-3) {
  const curve = newLossCurve();
  setRate(curve, rate);
  losses.forEach((loss, i) => {
    pushLoss(curve, i + 1, loss, Number.NaN);
  });
  return shortLook(curve);
}

const epochs = (count: number, loss: (i: number) => number) => Array.from({ length: count }, (_, i) => loss(i));

test("fewer than 20 points, or more than 60, are not for this rule", () => {
  expect(lookOf(epochs(19, (i) => 5 - 0.1 * i))).toBeNull();
  expect(lookOf(epochs(20, (i) => 5 / (i + 1)))).not.toBeNull();
  expect(lookOf(epochs(61, (i) => 5 / (i + 1)))).toBeNull();
});

test.each([
  ["healthy", epochs(20, (i) => 1 + 3 / (i + 1) ** 1.5)],
  ["too_slow", epochs(20, (i) => 4 - 0.05 * i)],
  ["oscillating", epochs(30, (i) => 2.5 + 1.5 / (i + 1) - Math.cos((Math.PI * i) / 8))],
  ["no_progress", epochs(20, (i) => 2.3 + 0.02 * (i % 3))],
  ["oscillating", [2.3, ...epochs(20, (i) => 9 + 0.05 * (i % 4))]],
])("%s: a curve of epochs", (look, losses) => {
  expect(lookOf(losses)).toBe(look);
});

test("without any rate the straightness is not judged, and nothing divides by zero", () => {
  expect(
    lookOf(
      epochs(20, (i) => 4 - 0.05 * i),
      0,
    ),
  ).toBe("healthy");
});
