import { expect, test } from "vitest";
import type { RunView, Schedule } from "#lib/protocol/index.ts";
import { milestones, plannedRate } from "./schedule-note.ts";

const schedule = {
  phases: [
    { name: "warmup", fromStep: 0, toStep: 100 },
    { name: "stable", fromStep: 100, toStep: 800 },
    { name: "decay", fromStep: 800, toStep: 950 },
    { name: "floor", fromStep: 950, toStep: 1000 },
  ],
  curve: { step: [0, 100, 800, 950], value: [0, 1e-3, 1e-3, 1e-4] },
} as unknown as Schedule;

const at = (step: number, state = "running"): string[] =>
  milestones({ state, step, maxSteps: 1000, diagnosis: { schedule } } as unknown as RunView).map(
    (one) => `${one.kind} ${one.step}`,
  );

test("what is to come is told in order, and what has passed is not", () => {
  expect(at(10)).toEqual(["decayStarts 800", "decayEnds 950", "ends 1000"]);
  expect(at(900)).toEqual(["decayEnds 950", "ends 1000"]);
  expect(at(1000)).toEqual([]);
});

test("for a run that is over nothing is to come", () => {
  expect(at(10, "failed")).toEqual([]);
});

test("a planned rate lies on the line between two knots, and is not known beyond them", () => {
  expect([50, 100, 875].map((step) => plannedRate(schedule, step))).toEqual([5e-4, 1e-3, expect.closeTo(5.5e-4)]);
  expect(plannedRate(schedule, 951)).toBeNull();
});
