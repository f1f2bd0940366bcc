import { expect, test } from "vitest";
import { MESSAGES } from "../_messages/index.ts";
import { KEYS, type KeyEntry, plainKey } from "./keys.ts";
import { themeAfter } from "./theme.ts";

test("no key means two things on one page", () => {
  const meanings = KEYS.flatMap((entry: KeyEntry) =>
    entry.keys.map((key) => [entry.with, key, entry.group === "list" ? "list" : "run"].join(" ")),
  );
  expect(new Set(meanings).size).toBe(meanings.length);
});

test("every key is described, and no description is of none", () => {
  for (const { shell } of Object.values(MESSAGES))
    expect(Object.keys(shell.key).sort()).toEqual(KEYS.map(({ name }) => name).sort());
});

test("Caps Lock does not matter to a letter, Shift makes another key of it", () => {
  expect(plainKey({ key: "T", shiftKey: false })).toBe("t");
  expect(plainKey({ key: "T", shiftKey: true })).toBeNull();
  expect(plainKey({ key: "?", shiftKey: true })).toBe("?");
  expect(plainKey({ key: "ArrowLeft", shiftKey: true })).toBe("ArrowLeft");
});

test("the theme's button changes what is seen at once, and comes back to the system", () => {
  for (const dark of [true, false]) {
    const first = themeAfter("system", dark);
    const second = themeAfter(first, dark);
    expect([first, second, themeAfter(second, dark)]).toEqual(
      dark ? ["light", "dark", "system"] : ["dark", "light", "system"],
    );
  }
});
