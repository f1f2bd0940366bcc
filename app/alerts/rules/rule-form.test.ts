import { expect, test } from "vitest";
import { type OwnRuleView, type RuleDraft, ruleDraftSchema } from "#lib/protocol/index.ts";
import { draftOf, EMPTY_FORM, formOf, type RuleForm } from "./rule-form.ts";

const problems = (form: Partial<RuleForm>): unknown => {
  const read = draftOf({ ...EMPTY_FORM, name: "n", value: "5", ...form });
  return "problems" in read ? read.problems : "draft";
};

test.each([
  { kind: "threshold", op: "<=", value: 3e-4 },
  { kind: "threshold", op: "nonfinite", value: 0 },
  { kind: "change", percent: 12.5, direction: "down", over: { unit: "seconds", amount: 90 } },
  { kind: "zscore", deviations: 6, direction: "either", window: 64 },
  { kind: "absence", seconds: 900 },
])("a rule is the same after it was put into fields and read again: %j", (tested) => {
  const draft: RuleDraft = ruleDraftSchema.parse({
    name: "n",
    metric: "eval/*",
    test: tested,
    hold: { unit: "seconds", amount: 60 },
    keepFiring: { unit: "points", amount: 3 },
    cooldown: 30,
    severity: "critical",
    scope: { project: "p", tag: "t" },
  });
  const form = formOf({ ...draft, id: "aaaaaaaa" } as OwnRuleView);
  expect(draftOf(form)).toEqual({ draft });
});

test("what is missing, no number, or out of bounds is said where it was typed", () => {
  expect(problems({})).toBe("draft");
  expect(problems({ name: " ", value: "" })).toEqual({ name: "missing", value: "missing" });
  expect(problems({ value: "a lot", hold: "x" })).toEqual({ value: "number", hold: "number" });
  expect(problems({ kind: "zscore", window: "5", deviations: "0" })).toEqual({ window: "range", deviations: "range" });
  expect(problems({ hold: "1.5" })).toEqual({ hold: "range" });
  expect(problems({ cooldown: "-1" })).toEqual({ cooldown: "range" });
  // What another kind of test asks for is nobody's problem; a minus may be a true one.
  expect(problems({ kind: "absence", value: "" })).toBe("draft");
  expect(problems({ value: "\u22121e-3" })).toBe("draft");
});
