import { expect, test } from "vitest";
import { exampleFor, previewOf } from "./preview.ts";

const lines = ["loading", "@10 of 90 >> objective loss ~ 2.31 ok", "@20 of 90 >> objective loss ~ oops ok", "bye"].map(
  (text, i) => ({ line: i + 1, text, parsed: false }),
);

test("every line that matches shows what is captured, and the newest one what it is worth", () => {
  const preview = previewOf("@(?<step>\\d+).*~ (?<lr>\\S+)", lines);
  if ("code" in preview) throw new Error(preview.code);
  expect(preview.matched).toBe(2);
  expect(preview.lines.map(({ captured }) => captured?.map(({ start, end }) => [start, end]) ?? null)).toEqual([
    null,
    [
      [1, 3],
      [30, 34],
    ],
    [
      [1, 3],
      [30, 34],
    ],
    null,
  ]);
  expect(preview.newest).toEqual([
    { kind: "step", name: "step", value: 20 },
    { kind: "metric", name: "learning_rate", value: "oops" },
  ]);
});

test("a pattern that cannot be used says where", () => {
  expect(previewOf("a(?<loss>", lines)).toEqual({ at: 1, code: "openGroup", part: "" });
  expect(previewOf("(?<step>\\d)", lines)).toMatchObject({ code: "noMetric" });
});

test("the example reads a line of this log where it can", () => {
  const preview = previewOf(exampleFor(lines), lines);
  expect("code" in preview ? preview.code : preview.matched).toBe(2);
  expect(exampleFor(lines.slice(0, 1))).toContain("(?<loss>");
});
