import { expect, test } from "vitest";
import type { Alert, Condition } from "#lib/protocol/index.ts";
import { conditionAlerts } from "./conditions.ts";
import type { AlertChange } from "./lifecycle.ts";

const run = {
  id: "r",
  name: "r",
  project: null,
  host: "h",
  step: 50,
  maxSteps: 100,
  loss: 2,
  learningRate: 1e-4,
  msLeft: null,
};
const context = { run, curve: [], attempt: 1, now: 1000 };
const condition = (subject: string, kind: Condition["kind"], step: number | null = 40): Condition => ({
  subject,
  kind,
  severity: "caution",
  step,
  text: { en: subject, "zh-CN": subject },
  advice: { en: "", "zh-CN": "" },
  title: { en: "A rule", "zh-CN": "规则" },
});
const said = (changes: readonly AlertChange[]): unknown[] =>
  changes.map(({ alert, notice, passed }) => [alert.subject, alert.state, notice?.kind ?? null, passed]);
const standing = (changes: readonly AlertChange[]): Alert[] =>
  changes.map(({ alert }) => alert).filter(({ state }) => state !== "resolved");

test("what began is told once while it lasts, and what is over is told to whoever heard of it", () => {
  const began = conditionAlerts([], [condition("rule:a", "began")], context);
  expect(said(began)).toEqual([["rule:a", "firing", "firing", false]]);
  expect(began[0]?.notice?.title?.en).toBe("A rule");
  const open = standing(began);
  expect(conditionAlerts(open, [condition("rule:a", "began", 45)], context)).toEqual([]);
  expect(said(conditionAlerts(open, [condition("rule:a", "ended")], context))).toEqual([
    ["rule:a", "resolved", "resolved", true],
  ]);
  expect(conditionAlerts([], [condition("rule:a", "ended")], context)).toEqual([]);
});

test("what came and went in one go keeps its notices in order; the same one again has the same id", () => {
  const both = [condition("rule:a", "began"), condition("rule:a", "ended")];
  const changes = conditionAlerts([], both, context);
  expect(changes.map(({ alert, notice }) => [alert.state, notice?.kind, notice?.number])).toEqual([
    ["resolved", "firing", 0],
    ["resolved", "resolved", 1],
  ]);
  const again = conditionAlerts([], both, { ...context, now: 2000 });
  expect(again[0]?.alert.id).toBe(changes[0]?.alert.id);
});
