import { expect, test } from "vitest";
import { earlyStoppingView, newEvalWatch, pushEval } from "./early-stopping.ts";

function watch(values: number[], maxSteps: number | null = null, every = 100) {
  const evals = newEvalWatch();
  values.forEach((value, i) => {
    pushEval(evals, (i + 1) * every, value);
  });
  return earlyStoppingView(evals, maxSteps);
}

test("without a finite evaluation there is nothing to say", () => {
  expect(watch([])).toBeNull();
  expect(watch([Number.NaN])).toBeNull();
});

test("patience is five evaluations without a gain, at the fifth exactly", () => {
  expect(watch([3, 2, 2.1, 2.2, 2.3, 2.4])).toMatchObject({ evalsSinceBest: 4, wouldStop: false });
  expect(watch([3, 2, 2.1, 2.2, 2.3, 2.4, 2.5])).toMatchObject({ evalsSinceBest: 5, wouldStop: true });
});

test("of a long plan, patience is a tenth of its evaluations", () => {
  const evals = [3, 2, ...Array.from({ length: 9 }, () => 2.1)];
  // 20 000 steps at one evaluation per 100: 200 evaluations, patience 20.
  expect(watch(evals, 20_000)).toMatchObject({ evalsSinceBest: 9, wouldStop: false });
});

test("an evaluation that is not finite is no gain", () => {
  expect(watch([3, 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN])).toMatchObject({
    best: { step: 200, value: 2 },
    wouldStop: true,
  });
});

test("gains within the evaluation's own noise reset the best, not the patience", () => {
  const noisy = [3, 2.5, 2.9, 2.45, 2.95, 2.44, 2.9, 2.43, 2.95, 2.42, 2.9, 2.41];
  const view = watch(noisy);
  expect(view).toMatchObject({ best: { step: 1200, value: 2.41 }, evalsSinceBest: 0, wouldStop: true });
});
