import { expect, test } from "vitest";
import { acceptedLanguage } from "./accepted-language.ts";

test("the browser's most wanted language that we speak is served, and English when it wants neither", () => {
  expect(acceptedLanguage("zh-TW,en;q=0.8")).toBe("zh-CN");
  expect(acceptedLanguage("de,en-GB;q=0.8,zh;q=0.5")).toBe("en");
  expect(acceptedLanguage("en;q=0.2, zh-Hans;q=0.9")).toBe("zh-CN");
  expect(acceptedLanguage("zh;q=0, fr")).toBe("en");
  expect(acceptedLanguage(null)).toBe("en");
});
