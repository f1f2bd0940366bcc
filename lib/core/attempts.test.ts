import { expect, test } from "vitest";
import { AttemptCounter } from "./attempts.ts";

test("an attempt begins where the step of the same metrics goes back, once for all metrics", () => {
  const counter = new AttemptCounter();
  const train = ["loss"];
  const evaluation = ["eval"];
  expect([10, 20, 30].map((step) => counter.next(train, step))).toEqual([1, 1, 1]);
  expect(counter.next(evaluation, 25)).toBe(1);
  expect(counter.next(train, 20)).toBe(2);
  expect(counter.next(evaluation, 20)).toBe(2);
  expect(counter.next(train, 20)).toBe(2);
  expect(counter.next(train, 10)).toBe(3);
});
