import { expect, test } from "vitest";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { Alert, DiagnosisView, Finding, VerdictName } from "#lib/protocol/index.ts";
import { type AlertChange, endOfRun, stateAlerts, stepAlerts } from "./lifecycle.ts";

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
const nothing = DiagnosisEngine.fresh().view();
const verdict = (name: VerdictName, also: VerdictName[] = []): DiagnosisView => ({
  ...nothing,
  verdict: { ...nothing.verdict, name, also, severity: name === "healthy" ? "good" : "caution", confidence: 0.9 },
});
const finding = (rule: string, alert = true, severity: Finding["severity"] = "caution"): Finding => ({
  rule,
  severity,
  step: 40,
  saidAtStep: 45,
  alert,
  text: { en: rule, "zh-CN": rule },
  evidence: [],
});
const said = (changes: readonly AlertChange[]): unknown[] =>
  changes.map(({ alert, notice, passed }) => [alert.subject, alert.state, notice?.kind ?? null, passed]);
const standing = (changes: readonly AlertChange[]): Alert[] =>
  changes.map(({ alert }) => alert).filter(({ state }) => state !== "resolved");

test("a finding that is not to be pushed opens nothing; one that is fires once while it lasts", () => {
  expect(stepAlerts([], [finding("nan.loss", false)], verdict("nan"), context)).toEqual([]);
  const fired = stepAlerts([], [finding("oscillating")], verdict("oscillating"), context);
  expect(said(fired)).toEqual([["oscillating", "firing", "firing", false]]);
  expect(stepAlerts(standing(fired), [finding("oscillating")], verdict("oscillating"), context)).toEqual([]);
});

test("that all is well again is told; a worse verdict takes over without a word", () => {
  const open = standing(stepAlerts([], [finding("oscillating")], verdict("oscillating"), context));
  expect(said(stepAlerts(open, [finding("healthy", false, "good")], verdict("healthy"), context))).toEqual([
    ["oscillating", "resolved", "resolved", true],
  ]);
  expect(said(stepAlerts(open, [finding("nan", true, "critical")], verdict("nan"), context))).toEqual([
    ["nan", "firing", "firing", false],
    ["oscillating", "resolved", null, true],
  ]);
  expect(stepAlerts(open, [], verdict("nan", ["oscillating"]), context)).toEqual([]);
});

test("what came and went within one look keeps its notices in order, numbered", () => {
  const changes = stepAlerts(
    [],
    [finding("oscillating"), finding("healthy", false, "good")],
    verdict("healthy"),
    context,
  );
  expect(changes.map(({ notice }) => [notice?.kind, notice?.number])).toEqual([
    ["firing", 0],
    ["resolved", 1],
  ]);
  expect(changes.every(({ alert }) => alert.state === "resolved" && alert.notices === 2)).toBe(true);
});

test("a jump of the learning rate is told and over; the same one again has the same id", () => {
  const [first] = stepAlerts([], [finding("lr.jump_unexpected")], verdict("healthy"), context);
  const [again] = stepAlerts([], [finding("lr.jump_unexpected")], verdict("healthy"), { ...context, now: 9999 });
  expect(said([first as AlertChange])).toEqual([["lr.jump_unexpected", "resolved", "event", false]]);
  expect(again?.alert.id).toBe(first?.alert.id);
});

test("silence is an alert while it lasts, and ends with the next data", () => {
  const quiet = stateAlerts([], "quiet", context);
  expect(said(quiet)).toEqual([["run.quiet", "firing", "firing", false]]);
  expect(stateAlerts(standing(quiet), "quiet", context)).toEqual([]);
  expect(said(stateAlerts(standing(quiet), "running", context))).toEqual([["run.quiet", "resolved", "resolved", true]]);
  expect(said(stateAlerts(standing(quiet), "lost", context))).toEqual([
    ["run.quiet", "resolved", null, true],
    ["run.lost", "firing", "firing", false],
  ]);
});

test("the end is told once of an attempt, and ends what was open without unsaying it", () => {
  const open = standing(stepAlerts([], [finding("nan", true, "critical")], verdict("nan"), context));
  const ended = endOfRun(open, "finished", context);
  expect(said(ended)).toEqual([
    ["nan", "resolved", null, false],
    ["run.finished", "resolved", "event", false],
  ]);
  const later = endOfRun([], "finished", { ...context, run: { ...run, step: 99 }, now: 5 });
  expect(later[0]?.alert.id).toBe(ended[1]?.alert.id);
});
