import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newLossCurve, pushLoss, setRate } from "../curve/loss-curve.ts";
import { strongestSwing } from "../curve/pyramid.ts";
import { features } from "./features.ts";
import { scores } from "./scores.ts";

/** What the exploratory Python monitor computed for the curve below (DIAGNOSIS.md A.2, final variant). */
type Golden = {
  points: number;
  buckets: number;
  noise: number;
  progress: number;
  giveBack: number;
  coarseGiveBack: number;
  gap: number;
  overshoot: number;
  recentZ: number;
  acceleration: number;
  relativeRate: number;
  exponent: number;
  z: number;
  low: number;
  diverging: number;
  swing: [amplitude: number, coherence: number, period: number] | null;
};
const golden = JSON.parse(readFileSync(new URL("testdata/prototype.json", import.meta.url), "utf8")) as Golden[];

function curveOf(points: number) {
  const curve = newLossCurve();
  let state = 7;
  for (let i = 0; i < points; i++) {
    let noise = -6;
    for (let k = 0; k < 12; k++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      noise += state / 2 ** 32;
    }
    setRate(curve, Math.min(1, (i + 1) / 20) * (0.55 + 0.45 * Math.cos((Math.PI * i) / points)) * 1e-3);
    const swing = i > 250 ? 0.5 * Math.sin(i / 9) : 0;
    pushLoss(curve, i + 1, 2 + 6 * (1 + i / 3) ** -0.5 + 0.15 * noise + swing, 1);
  }
  return curve;
}

test.each(golden)("features of $points points are the prototype's", (expected) => {
  const curve = curveOf(expected.points);
  const f = features(curve)!;
  const s = scores(curve, f, null);
  expect(curve.history.count).toBe(expected.buckets);
  for (const name of [
    "noise",
    "progress",
    "giveBack",
    "coarseGiveBack",
    "gap",
    "overshoot",
    "recentZ",
    "acceleration",
    "relativeRate",
  ] as const) {
    expect(f[name], name).toBeCloseTo(expected[name], 8);
  }
  expect(f.bend?.exponent).toBe(expected.exponent);
  expect(f.bend?.z).toBeCloseTo(expected.z, 6);
  expect([s.low, s.diverging]).toEqual([expected.low, expected.diverging]);
  const swing = strongestSwing(curve.pyramid);
  if (expected.swing === null) expect(swing).toBeNull();
  else {
    const [amplitude, coherence, period] = expected.swing;
    expect(swing?.amplitude).toBeCloseTo(amplitude, 8);
    expect(swing?.coherence).toBeCloseTo(coherence, 6);
    expect(swing?.period).toBe(period);
  }
});

test("a curve of fewer than 16 buckets has no features", () => {
  expect(features(curveOf(15))).toBeNull();
});
