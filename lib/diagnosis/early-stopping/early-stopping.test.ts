import { describe, expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import type { Observation, RunConfig } from "../observation.ts";
import { scenario } from "../scenario.ts";
import { earlyStopText, waitText } from "../text/early-stopping.ts";
import { configuredStopping } from "./config.ts";

type Options = { maxSteps?: number | null; config?: RunConfig; metric?: string };

/** The view after evaluations every 100 steps. */
function watch(values: readonly number[], { maxSteps = null, config = {}, metric = "eval/loss" }: Options = {}) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps, config });
  engine.observe(evaluations(values, metric));
  return engine.view().earlyStopping;
}

const evaluations = (values: readonly number[], metric = "eval/loss", from = 100): Observation[] =>
  values.map((value, i) => ({ step: from + i * 100, at: Number.NaN, attempt: 0, values: [[metric, value]] }));

describe("where the run does not say how it stops", () => {
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
    expect(watch(evals, { maxSteps: 20_000 })).toMatchObject({ patience: 20, evalsSinceBest: 9, wouldStop: false });
  });

  test("a fine-tuning of a few epochs, evaluated once in each, has a patience of three", () => {
    const evals = [1, 0.8, 0.9, 1, 1.1];
    const config = { num_train_epochs: 8, max_steps: -1 };
    expect(watch(evals, { maxSteps: 800, config })).toMatchObject({ patience: 3, wouldStop: true });
    expect(watch(evals, { maxSteps: 800, config: { ...config, num_train_epochs: 1 } })).toMatchObject({ patience: 5 });
  });

  test("an evaluation that is not finite is no gain", () => {
    expect(watch([3, 2, ...Array<number>(5).fill(Number.NaN)])).toMatchObject({
      best: { step: 200, value: 2 },
      wouldStop: true,
    });
  });

  test("gains within the evaluation's own noise reset the best, not the patience", () => {
    const noisy = [3, 2.5, 2.9, 2.45, 2.95, 2.44, 2.9, 2.43, 2.95, 2.42, 2.9, 2.41];
    expect(watch(noisy)).toMatchObject({ best: { step: 1200, value: 2.41 }, evalsSinceBest: 0, wouldStop: true });
  });

  test("the best's restored evaluation at the end is none of its own; a second one that differs is", () => {
    const engine = DiagnosisEngine.fresh();
    engine.observe(evaluations([3, 2, 2.5]));
    engine.observe(evaluations([2], "eval/loss", 300));
    expect(engine.view().earlyStopping).toMatchObject({ best: { step: 200 }, evalsSinceBest: 1 });
    engine.observe(evaluations([1.9], "eval/loss", 300));
    expect(engine.view().earlyStopping).toMatchObject({ best: { step: 300, value: 1.9 }, evalsSinceBest: 0 });
  });

  test("a training that goes back takes back what it evaluated from there on", () => {
    const engine = DiagnosisEngine.fresh();
    engine.observe(evaluations([3, 2.5, 2, 2.2, 2.3]));
    engine.observe(evaluations([2.4, 2.6], "eval/loss", 300));
    expect(engine.view().earlyStopping).toMatchObject({ best: { step: 300, value: 2.4 }, evalsSinceBest: 1 });
  });
});

describe("where the run says how it stops", () => {
  const trainer = { early_stopping_patience: 2, early_stopping_threshold: 0.1, load_best_model_at_end: true };

  test("Trainer scripts are counted as the Trainer counts", () => {
    const drift = [2, 1.95, 1.9];
    expect(watch(drift, { config: trainer })).toMatchObject({
      dialect: "hf",
      patience: 2,
      wouldStop: true,
      best: { step: 300, value: 1.9 },
    });
    expect(watch(drift)).toMatchObject({ dialect: "native", wouldStop: false });
  });

  test("the metric is the one that the best checkpoint is chosen by, and larger may be better", () => {
    const config = { ...trainer, metric_for_best_model: "accuracy", early_stopping_threshold: 0 };
    expect(watch([0.5, 0.7, 0.6, 0.65], { config, metric: "eval_accuracy" })).toMatchObject({
      metric: "eval_accuracy",
      best: { step: 200, value: 0.7 },
      evalsSinceBest: 2,
      wouldStop: true,
      gl: null,
    });
  });

  test("settings that become known late are counted by from the start", () => {
    const engine = DiagnosisEngine.fresh();
    engine.observe(evaluations([2, 2.1]));
    engine.setContext({ config: trainer });
    engine.observe(evaluations([2.2], "eval/loss", 300));
    expect(engine.view().earlyStopping).toMatchObject({ dialect: "hf", wouldStop: true });
  });

  test("a section's own words tell its dialect", () => {
    const of = (config: RunConfig) => configuredStopping(config);
    expect(of({ "callbacks.early_stopping.patience": 4, "callbacks.early_stopping.min_delta": -0.01 })).toMatchObject({
      dialect: "lightning",
      patience: 4,
      min_delta: 0.01,
      check_finite: true,
    });
    expect(of({ "early_stopping.patience": 4, "early_stopping.restore_best_weights": true })).toMatchObject({
      dialect: "keras",
      check_finite: false,
    });
    expect(of({ early_stopping_patience: 3 })).toMatchObject({ dialect: "hf", monitor: "eval/loss", min_delta: 0 });
    expect(of({ metric_for_best_model: "eval_loss", greater_is_better: false })).toMatchObject({
      dialect: "native",
      monitor: "eval/loss",
      mode: "min",
    });
    expect(of({ early_stopping_patience: null, patience: 7 })).toMatchObject({ dialect: "native" });
  });
});

describe("what going on is expected to bring", () => {
  /** A run of a thousand steps, read to its half, whose evaluations follow `value`. */
  function halfway(rate: (step: number) => number, value: (step: number) => number) {
    const engine = DiagnosisEngine.fresh();
    engine.setContext({ maxSteps: 1000 });
    const loss = scenario({ "train/loss": "4/0.3x500~0.02" }, { msPerStep: 3600 });
    const observations = loss.map((o, i): Observation => {
      const step = i + 1;
      const values: [string, number][] = [...(o.values as [string, number][]), ["learning_rate", rate(step)]];
      if (step % 25 === 0) values.push(["eval/loss", value(step)]);
      return { ...o, values };
    });
    engine.observe(observations);
    return engine.view().earlyStopping?.expectedGain;
  }

  test("at a constant rate it is read off the curve: in its unit, as a share, in noise, per hour", () => {
    const gain = halfway(
      () => 1e-3,
      (step) => 1 + 8 / Math.sqrt(step) + 0.002 * (step % 50 === 0 ? 1 : -1),
    );
    // 8/√500 − 8/√1000 = 0.105 of the 1.24 gained since step 25; half an hour is left.
    expect(gain?.value).toBeGreaterThan(0.05);
    expect(gain?.value).toBeLessThan(0.16);
    expect(gain!.low).toBeLessThan(0.105);
    expect(gain!.high).toBeGreaterThan(0.105);
    expect(gain?.share).toBeCloseTo(gain!.value / 1.242, 2);
    expect(gain?.perHour).toBeCloseTo(2 * gain!.value, 3);
    expect(gain?.noiseUnits).toBeGreaterThan(10);
  });

  test("an evaluation that has risen above its best has nothing to gain", () => {
    expect(
      halfway(
        () => 1e-3,
        (step) => 1 + Math.abs(step - 200) / 200,
      ),
    ).toMatchObject({ value: 0, low: 0 });
  });

  test("before a decay shows nobody can tell, nor without a known end", () => {
    expect(
      halfway(
        (step) => 1e-3 * Math.min(1, (1100 - step) / 700),
        (step) => 1 + 8 / Math.sqrt(step),
      ),
    ).toBeNull();
    expect(watch(Array.from({ length: 30 }, (_, i) => 3 - i / 30))?.expectedGain).toBeNull();
  });
});

test("what is said names the best value and step, the checks since, and what to do", () => {
  const facts = { metric: "eval/loss", checks: 6, best: { step: 12_000, value: 2.1 } };
  expect(earlyStopText(facts)).toEqual({
    en: "Eval loss has not improved in 6 checks; best 2.10 at step 12\u2009000. Stop here and keep the checkpoint nearest to that step.",
    "zh-CN": "验证损失已 6 次无提升；最佳为步 12\u2009000 的 2.10。可就此停止，保留最接近该步的检查点。",
  });
  expect(waitText({ ...facts, ahead: 0.62 }).en).toContain(
    "Patience is reached, but 62% of the LR decay is still ahead; such runs usually improve.",
  );
  expect(earlyStopText({ ...facts, metric: "eval_accuracy" })["zh-CN"]).toContain("指标 eval_accuracy 已 6 次无提升");
});
