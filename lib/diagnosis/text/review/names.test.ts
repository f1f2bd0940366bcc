import { expect, test } from "vitest";
import { REVIEW_RULES } from "../../review/index.ts";
import { reviewName } from "./names.ts";

test("every rule of the review has a name of its own in both languages", () => {
  for (const language of ["en", "zh-CN"] as const) {
    const names = REVIEW_RULES.map(({ id }) => reviewName(id)[language]);
    expect(names.filter((name) => /^hp\.|_/.test(name) || name === "")).toEqual([]);
    expect(new Set(names).size).toBe(REVIEW_RULES.length);
  }
});
