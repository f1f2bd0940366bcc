import { expect, test } from "vitest";
import { enterableKeys } from "./enterable.ts";

test("what a rule lacks is told by the keys that would tell it, each once", () => {
  expect(enterableKeys(["weightDecay", "range", "warmupShare", "totalSteps"])).toEqual([
    ...["weight_decay", "stage", "max_steps", "warmup_steps"],
  ]);
});

test("what only the curve or the machine can tell cannot be entered", () => {
  expect(enterableKeys(["verdict", "memoryFull", "noiseShare", "toString"])).toEqual([]);
});
