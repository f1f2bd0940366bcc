import { expect, test } from "vitest";
import { gradNormFigures, throughputFigures } from "./lane-figures.ts";
import { RUN } from "./testing.ts";

const { verdict } = RUN.diagnosis;
const samples = (n: number, value: (step: number) => number) =>
  Array.from({ length: n }, (_, i) => ({ x: i * 10, step: i * 10, value: value(i * 10), weight: 1 }));
const text = { en: "", "zh-CN": "" };
const clip = { rule: "hp.clip.none", status: "pass" as const, value: 1, name: text, advice: text, source: "" };
const named = (figures: ReturnType<typeof gradNormFigures>) =>
  Object.fromEntries(figures.map(({ name, value }) => [name, value]));

test("gradient norm: now, the usual value lately, what it was before the verdict, and the clip", () => {
  const norms = samples(100, (step) => (step < 600 ? 0.4 : step === 990 ? 1.5 : 1.3));
  const figures = gradNormFigures(norms, verdict, [clip]);
  expect(named(figures)).toMatchObject({ now: 1.5, before: 0.4, clip: 1 });
  expect(figures[0]?.stands).toBe(true);
  expect(figures.find(({ name }) => name === "before")?.steps).toBe(600);
});

test("what was not measured or set is left out: no clip, no verdict that began, too few points for a median", () => {
  const healthy = { ...verdict, severity: "good" as const };
  expect(
    named(
      gradNormFigures(
        samples(3, () => 1),
        healthy,
        [],
      ),
    ),
  ).toEqual({ now: 1 });
  expect(gradNormFigures([], verdict, [clip])).toEqual([]);
});

test("throughput: the best hour is a mean over one, and not told of a run that has had none", () => {
  const speeds = samples(1000, (step) => (step >= 3000 && step < 6000 ? 200 : step === 8000 ? 900 : 100));
  const times = { step: [0, 9990], at: [0, 9990 * 1200] };
  expect(named(throughputFigures(speeds, times)).bestHour).toBeCloseTo(200, 0);
  const short = named(throughputFigures(speeds, { step: [0, 9990], at: [0, 1000] }));
  expect(short).toMatchObject({ now: 100, median: 100, highest: 900 });
  expect(short.bestHour).toBeUndefined();
});
