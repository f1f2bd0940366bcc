import { expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";

/** A run of 1,200 records whose loss is about 1.5 at record 800. */
function diagnose(loss: string, rate: string) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ stepSource: "printed" });
  const findings = engine.observe(scenario({ "train/loss": loss, learning_rate: rate }));
  const { verdict, lr } = engine.view();
  return { verdict, lr, pushed: findings.filter(({ alert }) => alert).map(({ rule }) => rule) };
}

const CALM = "8/0.25x800~0.03";
const DOUBLED = "5e-4x800 1e-3x400";
const CONSTANT = "5e-4x1200";

test("noise that grows for good where the rate doubled, under a descent that ends: the rate did it, and is to go back", () => {
  const { verdict, lr, pushed } = diagnose(`${CALM} 1.5x400~0.15`, DOUBLED);
  expect(verdict.name).toBe("oscillating");
  expect(verdict.sinceStep).toBeGreaterThan(770);
  expect(verdict.sinceStep).toBeLessThanOrEqual(832);
  expect(lr).toMatchObject({ judgement: "too_high", next: 5e-4, because: ["swing_growth"] });
  expect(verdict.advice.en).toContain("go back to the schedule");
  expect(pushed).toContain("oscillating");
});

test.each([
  ["the same at an unchanged rate", `${CALM} 1.5x400~0.15`, CONSTANT],
  ["the same in a warm-up", `${CALM} 1.5x400~0.15`, "5e-4+1e-6x1200"],
  ["noise that was there from the first", "8/0.25x1200~0.15", DOUBLED],
  ["more noise under a descent that goes on", "8/0.25x800~0.03 1.504-0.0012x400~0.1", DOUBLED],
  ["noise that grows by half", `${CALM} 1.5-0.0002x400~0.045`, DOUBLED],
  ["thirty bad batches", "8/0.25x800~0.03 1.5x30~0.3 1.49-0.0003x370~0.03", DOUBLED],
])("%s is no swing", (_, loss, rate) => {
  const { verdict, pushed } = diagnose(loss, rate);
  expect(verdict.name).not.toBe("oscillating");
  expect(pushed).not.toContain("oscillating");
});
