import { expect, test } from "vitest";
import { syntheticSchedules } from "../../evaluation/generated/schedules.ts";
import { DiagnosisEngine } from "../engine.ts";

type Rate = (step: number) => number;

function observe(engine: DiagnosisEngine, from: number, to: number, rate: Rate, attempt = 0) {
  const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const said = engine.observe(
    steps.map((step) => ({ step, at: Number.NaN, attempt, values: [["learning_rate", rate(step)]] as const })),
  );
  return said.map(({ rule, step, alert }) => ({ rule, step, alert }));
}

function engineFor(maxSteps: number | null, config = {}): DiagnosisEngine {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps, config });
  return engine;
}

const linear: Rate = (t) => (t < 50 ? t / 50 : Math.max(0, 1 - (t - 50) / 950)) * 1e-3;

test("an ordinary schedule pushes nothing", { timeout: 60_000 }, () => {
  const schedules = syntheticSchedules(600, 21, [3, 4, 5, 6]).filter(({ points }) => points.length < 2000);
  const pushed = schedules.filter(({ points, total, totalKnown }) => {
    const said = engineFor(totalKnown ? total : null).observe(
      points.map(({ step, rate }) => ({
        step,
        at: Number.NaN,
        attempt: 0,
        values: [["learning_rate", rate]] as const,
      })),
    );
    return said.some(({ alert }) => alert);
  });
  expect(pushed.map(({ kind, total }) => ({ kind, total }))).toEqual([]);
});

test("a resume on schedule is silent, one whose scheduler began anew is pushed once", () => {
  const engine = engineFor(1000);
  expect(observe(engine, 1, 500, linear)).toEqual([{ rule: "lr.phase", step: 50, alert: false }]);
  expect(observe(engine, 450, 600, linear, 1)).toEqual([]);
  const again = observe(engine, 550, 700, (t) => linear(t - 549), 2);
  expect(again.filter(({ alert }) => alert)).toEqual([{ rule: "lr.resume_mismatch", step: 550, alert: true }]);
});

test("a decay that ends long before the run does is pushed once", () => {
  const said = observe(engineFor(4000), 1, 3000, linear);
  expect(said.filter(({ alert }) => alert)).toEqual([{ rule: "lr.zero_early", step: 1000, alert: true }]);
});

test("a declared cosine that is a line is pushed once, a declared line is not", () => {
  const declared = (name: string) => observe(engineFor(1000, { lr_scheduler_type: name }), 1, 900, linear);
  expect(
    declared("cosine")
      .filter(({ alert }) => alert)
      .map(({ rule }) => rule),
  ).toEqual(["lr.schedule_mismatch"]);
  expect(declared("linear").filter(({ alert }) => alert)).toEqual([]);
});
