import { expect, test } from "vitest";
import { spread } from "./figure-overlay.ts";

test("flags stand on their lines, and step aside only where they would cover each other", () => {
  expect(spread([100, 200], 742)).toEqual([91, 191]);
  expect(spread([100, 105, 300], 742)).toEqual([91, 112, 291]);
});

test("a crowd at the right edge stays on the paper", () => {
  const lefts = spread([740, 745, 750], 742);
  expect(lefts).toEqual([700, 721, 742]);
});
