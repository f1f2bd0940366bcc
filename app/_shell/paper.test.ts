import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAPER } from "./paper.ts";

test("the browser's frame has the panel's colours", () => {
  const tokens = readFileSync(new URL("../tokens.css", import.meta.url), "utf8");
  const [, light, dark] = /--cw-panel: light-dark\((#\w+), (#\w+)\)/.exec(tokens) ?? [];
  expect(PAPER).toEqual({ light, dark });
});
