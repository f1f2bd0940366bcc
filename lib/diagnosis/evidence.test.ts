import { expect, test } from "vitest";
import type { Evidence, VerdictName } from "#lib/protocol/index.ts";
import { DiagnosisEngine } from "./engine.ts";
import { scenario } from "./scenario.ts";

const WARM = "8/0.25x300~0.03";
const RUNS: Partial<Record<VerdictName, Record<string, string>>> = {
  healthy: { "train/loss": "9/0.3x1000~0.05", learning_rate: "5e-4x1000", grad_norm: "1x1000~0.1" },
  oscillating: {
    "train/loss": `${WARM} 2.3x150~0.05^4.2/20`,
    learning_rate: "5e-4x450",
    grad_norm: "1x300~0.1 4x150~0.5",
  },
  too_slow: { "train/loss": "10-0.001x1000~0.05", learning_rate: "1e-5x1000" },
  diverging: { "train/loss": "8/0.25x400~0.03 2+0.05x120~0.05", learning_rate: "5e-4x520" },
  nan: { "train/loss": `${WARM} nan`, learning_rate: "5e-4x301" },
  plateau: { "train/loss": "2x600~0.05", learning_rate: "5e-4x600" },
};

function verdictOf(series: Record<string, string>) {
  const engine = DiagnosisEngine.fresh();
  engine.observe(scenario(series));
  return engine.view().verdict;
}

const drawn = (evidence: Evidence[]) => evidence.filter(({ series }) => (series?.step.length ?? 0) >= 8);

test.each(Object.entries(RUNS))(
  "%s shows at least two curves behind its numbers, without a gradient norm too",
  (name, series) => {
    const { grad_norm: _, ...bare } = series;
    for (const verdict of [verdictOf(series), verdictOf(bare)]) {
      expect(verdict.name).toBe(name);
      expect(drawn(verdict.evidence).length).toBeGreaterThanOrEqual(2);
      expect(verdict.evidence.length).toBeLessThanOrEqual(3);
      for (const { series: curve } of drawn(verdict.evidence)) {
        expect(curve!.step.length).toBe(curve!.value.length);
        expect(curve!.step.length).toBeLessThanOrEqual(64);
      }
    }
  },
);

test("a swing is told as times the swing before, from measured heights that show the change", () => {
  const { evidence, sinceStep } = verdictOf(RUNS.oscillating!);
  const swing = evidence.find(({ name }) => name === "swing")!;
  expect(swing).toMatchObject({ unit: "x", series: { kind: "swing" } });
  expect(swing.value).toBeGreaterThan(20);
  const { step, value } = swing.series!;
  expect(step[0]).toBeLessThan(sinceStep!);
  const high = (when: (s: number) => boolean) => Math.max(...value.filter((_, i) => when(step[i]!)).map((v) => v ?? 0));
  // The scenario swings ±4.2; a bucket that holds half a period shows less.
  expect(high((s) => s > sinceStep! + 20)).toBeGreaterThan(3);
  expect(high((s) => s > sinceStep! + 20)).toBeLessThan(5);
});

test("the gradient norm is told against before, and beside the clip when the config tells it", () => {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ config: { max_grad_norm: 2 } });
  engine.observe(scenario(RUNS.oscillating!));
  const norm = engine.view().verdict.evidence.find(({ name }) => name === "grad_norm")!;
  expect(norm).toMatchObject({ unit: "x", series: { mark: 2, log: true } });
  expect(norm.value).toBeCloseTo(4, 0);
});
