import { expect, test } from "vitest";
import { checkFloors } from "./floors.ts";

const figures = { sweeps: { b: { f1: [0.6, 0.8], falselyAlarmed: 4 } } };

test("a figure holds at its bound and fails beyond it", () => {
  const holds = (relation: ">=" | "<=", bound: number, path = "sweeps.b.f1.1") =>
    checkFloors(figures, [[path, relation, bound]])[0]!.holds;
  expect([holds(">=", 0.8), holds(">=", 0.81)]).toEqual([true, false]);
  expect([holds("<=", 4, "sweeps.b.falselyAlarmed"), holds("<=", 3, "sweeps.b.falselyAlarmed")]).toEqual([true, false]);
});

test("a figure that is missing fails; a section that was not measured is not asked for", () => {
  expect(checkFloors(figures, [["sweeps.c.f1.1", ">=", 0]])).toMatchObject([{ value: null, holds: false }]);
  expect(checkFloors(figures, [["looks.f1", ">=", 0.9]])).toEqual([]);
});
