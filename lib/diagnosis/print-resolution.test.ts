import { expect, test } from "vitest";
import { decimalsOf } from "./print-resolution.ts";

test.each([
  [2, 0],
  [0.85, 2],
  [-1.125, 3],
  [1e-5, 5],
  [2.5e-6, 7],
  [1e21, 0],
  [0.1 + 0.2, 12],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 0],
])("%d has %d decimals", (value, decimals) => {
  expect(decimalsOf(value)).toBe(decimals);
});
