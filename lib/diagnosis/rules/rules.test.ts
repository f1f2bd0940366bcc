import { expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";
import { RULES } from "./index.ts";

function findings(series: Record<string, string>, maxSteps: number | null = null) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps, stepSource: "printed" });
  return engine
    .observe(scenario(series))
    .filter((finding) => finding.rule.includes("."))
    .map(({ rule, step, saidAtStep, severity, alert }) => ({ rule, step, saidAtStep, severity, alert }));
}

test("rules have names of their own", () => {
  expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
});

test("a NaN loss is one finding however it flickers, until 16 finite losses in a row", () => {
  const once = findings({ "train/loss": "2x10 nan 2x5 nan inf 2x15 nan 2x20" });
  expect(once).toEqual([{ rule: "nan.loss", step: 11, saidAtStep: 11, severity: "critical", alert: false }]);
  const twice = findings({ "train/loss": "2x10 nan 2x16 nan" });
  expect(twice.map((finding) => finding.step)).toEqual([11, 28]);
});

test("the finding tells the last good loss, the rate and the gradient norm of that time", () => {
  const engine = DiagnosisEngine.fresh();
  const series = { "train/loss": "2.5-0.01x20 nan", grad_norm: "0.6x20 inf", learning_rate: "3e-4x21" };
  const [finding] = engine.observe(scenario(series));
  expect(finding?.text.en).toBe(
    "Loss is NaN from step 21; last finite value 2.31 at step 20; gradient norm went from 0.600 to inf in 12 steps; LR 3e-4.",
  );
  expect(finding?.evidence.map(({ name, value }) => [name, value])).toEqual([
    ["first_bad_step", 21],
    ["last_good", 2.31],
    ["learning_rate", 3e-4],
    ["grad_norm", "Infinity"],
  ]);
});

test("an infinite loss has its own name, in both directions", () => {
  expect(findings({ "train/loss": "2x10 inf" })[0]?.rule).toBe("inf.loss");
  expect(findings({ "train/loss": "2x10 -inf" })[0]?.rule).toBe("inf.loss");
});

test("a loss of exactly 0 beside a gradient norm of NaN is a NaN that the trainer hides", () => {
  const hidden = findings({ "train/loss": "2x10 0 0", grad_norm: "1x10 nan nan" });
  expect(hidden).toEqual([{ rule: "nan.loss", step: 11, saidAtStep: 11, severity: "critical", alert: false }]);
  expect(findings({ "train/loss": "2x10 0 0", grad_norm: "1x10 0 0" })).toEqual([]);
});

test("a NaN gradient norm beside a finite loss is a note, and not again within 100 records", () => {
  const series = { "train/loss": "2-0.001x300", grad_norm: "1x10 nan 1x50 nan 1x150 nan" };
  expect(findings(series)).toEqual([
    { rule: "nan.grad_only", step: 11, saidAtStep: 11, severity: "note", alert: false },
    { rule: "nan.grad_only", step: 213, saidAtStep: 213, severity: "note", alert: false },
  ]);
});

test("a rate that jumps off its schedule is said at the second record after it", () => {
  expect(findings({ learning_rate: "1e-3-1e-6x300 7e-3-7e-6x300" })).toEqual([
    { rule: "lr.jump_unexpected", step: 301, saidAtStep: 302, severity: "caution", alert: true },
  ]);
});

/** Evaluations every ten steps beside a falling loss; `rate` by step. */
function evaluated(values: readonly number[], rate: (step: number) => number): string[] {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: 10 * values.length, stepSource: "printed" });
  const observations = values.flatMap((value, i) => {
    const at = (step: number, more: [string, number][]) => ({ step, at: Number.NaN, attempt: 1, values: more });
    const train = Array.from({ length: 10 }, (_, k) => i * 10 + k + 1).map((step) =>
      at(step, [
        ["train/loss", 1 + 2 / Math.sqrt(step)],
        ["learning_rate", rate(step)],
      ]),
    );
    return [...train, at(i * 10 + 10, [["eval/loss", value]])];
  });
  const said = engine.observe(observations).filter(({ rule }) => rule.startsWith("early_stop."));
  return said.map(
    ({ rule, alert, step, saidAtStep }) => `${rule.slice(11)} ${step} at ${saidAtStep}${alert ? "!" : ""}`,
  );
}

test("an evaluation that no longer improves is told once: to wait for a rate that comes down, to stop where none does", () => {
  const falls = Array.from({ length: 10 }, (_, i) => 2 - i / 10);
  const flat = [...falls, ...Array<number>(20).fill(1.1)];
  const rises = [...falls, ...Array.from({ length: 20 }, (_, i) => 1.1 + i / 10)];
  const decaying = (step: number): number => 1e-3 * (1 - (0.5 * step) / 300);
  expect(evaluated(flat, () => 1e-3)).toEqual(["recommend 100 at 180"]);
  expect(evaluated(flat, decaying)).toEqual(["wait 100 at 150"]);
  expect(evaluated(rises, decaying)).toEqual(["recommend 100 at 150"]);
  expect(evaluated(falls, () => 1e-3)).toEqual([]);
});
