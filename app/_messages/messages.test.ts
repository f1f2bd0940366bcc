import { expect, test } from "vitest";
import { MESSAGES } from "./index.ts";

/** Paths and the names in braces of every message. */
function places(messages: object, path = ""): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value !== "string")
      for (const [inner, names] of places(value, `${path}${key}.`)) found.set(inner, names);
    else found.set(path + key, [...new Set(Array.from(value.matchAll(/\{(\w+)[,}]/g), ([, name]) => name!))].sort());
  }
  return found;
}

test("every language puts the same values into a sentence", () => {
  expect(places(MESSAGES["zh-CN"])).toEqual(places(MESSAGES.en));
});

test("Chinese stands apart from digits and Latin by a space", () => {
  const text = JSON.stringify(MESSAGES["zh-CN"]).replaceAll(/\{[^}]*\}/g, "");
  expect(text.match(/[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]/g)).toBeNull();
});
