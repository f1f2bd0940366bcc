import { expect, test } from "vitest";
import { matchesGlob } from "./glob.ts";

test.each([
  ["train/loss", "train/loss", true],
  ["train/loss", "train/loss2", false],
  ["*", "anything", true],
  ["eval/*", "eval/loss", true],
  ["eval/*", "eval", false],
  ["*/loss", "eval/loss", true],
  ["a*b*c", "a-b-b-c", true],
  ["a*bc*c", "abc", false],
  ["aa*aa", "aaa", false],
  ["*x*", "__x__", true],
  ["**", "", true],
  ["a.c", "abc", false],
])("%s and %s: %s", (pattern, name, fits) => {
  expect(matchesGlob(pattern, name)).toBe(fits);
});

test("a pattern of stars costs no more than it is long", () => {
  const began = performance.now();
  expect(matchesGlob(`${"*a".repeat(90)}*b`, "a".repeat(200))).toBe(false);
  expect(performance.now() - began).toBeLessThan(50);
});
