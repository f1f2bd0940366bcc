import { expect, test } from "vitest";
import { newLossCurve, pushLoss } from "../curve/loss-curve.ts";
import { newEvalSeries, pushEvalPoint } from "./evals.ts";
import { overfits, trainRecentZ } from "./overfitting.ts";

type Record = { step: number; train?: number | undefined; evaluation?: number | undefined };

/** What stands at the end, and the evaluations (from 1) after which the run was found to overfit. */
function judge(records: Iterable<Record>) {
  const curve = newLossCurve();
  const evals = newEvalSeries();
  const found: number[] = [];
  for (const { step, train, evaluation } of records) {
    if (train !== undefined) pushLoss(curve, step, train, Number.NaN);
    if (evaluation === undefined) continue;
    const level = curve.latest.at(-1) ?? Number.NaN;
    pushEvalPoint(evals, { step, value: evaluation, area: curve.area, rate: Number.NaN, train: level }, 1);
    if (overfits(evals, trainRecentZ(curve)) !== null) found.push(evals.count);
  }
  return { now: overfits(evals, trainRecentZ(curve)), found };
}

const epochs = (train: number[], evaluation: number[]): Record[] =>
  train.map((value, i) => ({ step: i + 1, train: value, evaluation: evaluation[i] }));

const falling = Array.from({ length: 20 }, (_, i) => 2 * 0.8 ** i);

test("an evaluation that has stood above its best for three checks while the train loss falls is overfitting", () => {
  const turned = falling.map((_, i) => 1 + 0.02 * Math.abs(i - 6));
  const { now, found } = judge(epochs(falling, turned));
  expect(found[0]).toBe(10);
  expect(now?.since).toEqual({ step: 7 });
  expect(now?.best).toEqual({ step: 7, value: 1 });
  expect(now?.evals).toBe(13);
  expect(now?.rise).toBeCloseTo(0.26, 10);
});

test("six epochs are enough", () => {
  expect(judge(epochs([0.44, 0.27, 0.17, 0.1, 0.06, 0.04], [0.32, 0.36, 0.42, 0.55, 0.64, 0.75])).now).not.toBeNull();
});

test("where the train loss climbs too, the run does not overfit: it fails", () => {
  const climbing = falling.map((_, i) => (i < 7 ? 2 * 0.8 ** i : 0.5 + 0.1 * i));
  expect(
    judge(
      epochs(
        climbing,
        falling.map((_, i) => 1 + 0.02 * Math.abs(i - 6)),
      ),
    ).found,
  ).toEqual([]);
});

test("a noisy plateau is none", () => {
  const noise = [
    0.3, -0.5, 0.4, 0.2, -0.9, 0.6, 0.1, 0.5, -0.2, 0.3, 0.4, -0.4, 0.5, 0.2, 0.3, -0.1, 0.4, 0.2, -0.3, 0.4,
  ];
  expect(
    judge(
      epochs(
        falling,
        noise.map((x) => 1 + 0.02 * x),
      ),
    ).found,
  ).toEqual([]);
});

test("a train loss at its floor does not end it", () => {
  const floor = Array.from({ length: 60 }, (_, i) => 0.05 + 2 * Math.exp(-i / 3));
  expect(
    judge(
      epochs(
        floor,
        floor.map((_, i) => 1 + 0.05 * Math.abs(i - 5)),
      ),
    ).now,
  ).not.toBeNull();
});
