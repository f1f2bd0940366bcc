import { describe, expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import type { Observation } from "../observation.ts";
import { scenario } from "../scenario.ts";

type Reader = { maxSteps?: number | null; ended?: boolean };

function forecast(observations: Observation[], { maxSteps = 1000, ended = false }: Reader = {}) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps, ended });
  engine.observe(observations);
  return engine.view().forecast;
}

/** The first `count` of a thousand steps of 1 + 4·step^−0.3 with a little noise. */
const power = (count: number, rate = "1e-3"): Observation[] =>
  scenario({ "train/loss": `4/0.3x${count}~0.02`, learning_rate: `${rate}x${count}` }).map((o) => ({
    ...o,
    values: (o.values as [string, number][]).map(([name, v]) => [name, name === "train/loss" ? v + 1 : v] as const),
  }));

const width = (f: ReturnType<typeof forecast>): number => f!.high - f!.low;

describe("nothing is said", () => {
  test("without a known end, before 48 points, past the end, or when the log has ended", () => {
    expect(forecast(power(400), { maxSteps: null })).toBeNull();
    expect(forecast(power(47))).toBeNull();
    expect(forecast(power(48))).not.toBeNull();
    expect(forecast(power(400), { maxSteps: 400 })).toBeNull();
    expect(forecast(power(400), { maxSteps: 300 })).toBeNull();
    expect(forecast(power(400), { ended: true })).toBeNull();
  });

  test("of a loss that is not a number or runs away", () => {
    expect(forecast(scenario({ "train/loss": "4/0.3x200~0.02 nan" }))).toBeNull();
    expect(forecast(scenario({ "train/loss": "4/0.3x200~0.02 1+0.2x60" }))).toBeNull();
  });
});

test("a power law at a constant rate is continued, its end inside the band", () => {
  const at = 1 + 4 * 1000 ** -0.3;
  const seen = forecast(power(500))!;
  expect(seen.step).toBe(1000);
  expect(seen.level).toBe(0.8);
  expect(Math.abs(seen.value - at)).toBeLessThan(0.03);
  expect(seen.low).toBeLessThan(at);
  expect(seen.high).toBeGreaterThan(at);
});

test("the band widens with the horizon: on its way to the end, and the earlier it is made", () => {
  const { curve } = forecast(power(300))!;
  expect(curve.step.length).toBeLessThanOrEqual(32);
  const widths = curve.high.map((high, i) => high - curve.low[i]!);
  for (let i = 1; i < widths.length; i++) expect(widths[i]! - widths[i - 1]!).toBeGreaterThan(-1e-3);
  expect(widths.at(-1)!).toBeGreaterThan(2 * widths[0]!);
  const made = [200, 400, 600, 800].map((count) => width(forecast(power(count))));
  expect(made).toEqual([...made].sort((a, b) => b - a));
});

test("before a decay shows the band is wide, and reaches further down than up", () => {
  const cosine = power(300).map((o, i) => ({
    ...o,
    values: [
      ...(o.values as [string, number][]).slice(0, 1),
      ["learning_rate", 1e-3 * 0.5 * (1 + Math.cos((Math.PI * i) / 1000))],
    ],
  })) as Observation[];
  const decaying = forecast(cosine)!;
  expect(decaying.value - decaying.low).toBeGreaterThan(3 * (decaying.high - decaying.value));
  // Three of the gain that the readings expect: nobody can tell from a plateau what its decay brings.
  expect(width(decaying)).toBeGreaterThan(3 * (decaying.curve.value[0]! - decaying.value));
});

test("a loss that was never below zero is not expected there", () => {
  const seen = forecast(scenario({ "train/loss": "0.5-0.0012x400~0.002" }))!;
  expect(seen.low).toBe(0);
  expect(seen.value).toBeGreaterThanOrEqual(0);
});
