import { expect, test } from "vitest";
import type { Finding, RunView, Severity, TimelineSegment, VerdictName } from "#lib/protocol/index.ts";
import { folded, incidentsOf, stretchAround } from "./incidents.ts";

const found = (rule: string, step: number, severity: Severity, saidAtStep = step): Finding => ({
  ...{ rule, step, severity, saidAtStep, alert: severity !== "note", evidence: [] },
  text: { en: `${rule} at ${step}.`, "zh-CN": "" },
});

const segment = (verdict: VerdictName, fromStep: number, toStep: number | null): TimelineSegment => ({
  ...{ verdict, fromStep, toStep, lr: "unknown", saidAtStep: fromStep },
});

const run = (findings: Finding[], timeline: TimelineSegment[], state = "running"): RunView =>
  ({ state, step: 1000, timeline, alerts: [], diagnosis: { findings } }) as unknown as RunView;

const endings = (view: RunView): string[] =>
  incidentsOf(view).map(({ number, rule, ending }) => `${number} ${rule} ${ending.kind}`);

const SWINGS = [segment("healthy", 10, 300), segment("oscillating", 300, 700), segment("healthy", 700, null)];

test("a verdict that gave way to a healthy one has recovered, in so many steps", () => {
  const [incident] = incidentsOf(run([found("oscillating", 300, "caution")], SWINGS));
  expect(incident!.ending).toEqual({ kind: "recovered", steps: 400 });
});

test("a verdict that stands is open, and has lasted when the run is over", () => {
  const timeline = [segment("healthy", 10, 300), segment("diverging", 300, null)];
  const findings = [found("diverging", 300, "critical")];
  expect(endings(run(findings, timeline))).toEqual(["1 diverging open"]);
  expect(endings(run(findings, timeline, "failed"))).toEqual(["1 diverging lasted"]);
});

test("what a worse verdict took over from has not recovered", () => {
  const timeline = [segment("oscillating", 300, 500), segment("diverging", 500, null)];
  const [first] = incidentsOf(run([found("oscillating", 300, "caution")], timeline));
  expect(first!.ending).toEqual({ kind: "followed", by: "diverging", at: 500 });
});

test("the same thing told again is one incident, and taken back it has recovered", () => {
  const told = [found("loss.spike", 200, "caution", 210), found("loss.spike", 200, "note", 260)];
  expect(incidentsOf(run(told, SWINGS))).toMatchObject([{ severity: "caution", ending: { steps: 60 } }]);
});

test("what the server sees beside the engine is an incident of its own", () => {
  const alert = (subject: string, state: string) => ({
    subject,
    state,
    severity: "caution",
    step: 50,
    since: 1000,
    resolvedAt: 4000,
  });
  const told = ["rule:a1b2c3d4e5f6", "gpu.hot", "run.quiet"].map((subject) => alert(subject, "resolved"));
  const view = { ...run([], SWINGS), alerts: [...told, alert("nan", "firing")] } as unknown as RunView;
  expect(
    endings(view)
      .map((text) => text.slice(2))
      .toSorted(),
  ).toEqual(["gpu.hot recovered", "rule:a1b2c3d4e5f6 recovered", "run.quiet recovered"]);
});

test("numbers go by step, whatever was told first", () => {
  const told = [found("oscillating", 300, "caution"), found("lr.phase", 20, "note")];
  expect(endings(run(told, SWINGS))).toEqual(["1 lr.phase noted", "2 oscillating recovered"]);
});

test("three of one kind in a row are one row with two folded", () => {
  const spikes = [100, 150, 200].map((step) => found("loss.spike", step, "note"));
  const incidents = incidentsOf(run([...spikes, found("oscillating", 300, "caution")], SWINGS));
  expect(folded(incidents).map((group) => group.length)).toEqual([3, 1]);
});

test("the stretch shown holds the incident whole, inside the run", () => {
  const view = run([found("oscillating", 300, "caution"), found("lr.phase", 5, "note")], SWINGS);
  const [phase, swings] = incidentsOf(view).map((incident) => stretchAround(incident, view));
  expect(phase).toEqual({ from: 0, to: 45 });
  expect(swings!.from).toBeLessThan(300);
  expect(swings!.to).toBeGreaterThan(700);
  expect(swings!.to).toBeLessThanOrEqual(1000);
});
