import { expect, test } from "vitest";
import { openPattern } from "../parsers/index.ts";
import { nothingRecognised } from "./unrecognised.ts";

const OWN = [
  "loading",
  "@@ update 10 of 90 >> objective loss ~ 2.31 ok",
  "@@ update 20 of 90 >> objective loss ~ 2.1 ok",
  "bye",
];

test("an unknown log is told with its count of lines and the three that look most like records", () => {
  const [head, ...shown] = nothingRecognised(1234, OWN);
  expect(head).toBe("No training record was recognised: 1,234 lines were read, among them");
  expect(shown.slice(0, 4)).toEqual([
    `  | ${OWN[1]}`,
    `  | ${OWN[2]}`,
    `  | ${OWN[0]}`,
    expect.not.stringContaining("  | "),
  ]);
});

test("the pattern that is proposed reads the line it was made from", () => {
  const text = nothingRecognised(4, OWN).join("\n");
  const proposed = /--pattern '([^']+)'/.exec(text)?.[1] ?? "";
  expect(openPattern(proposed).read(OWN[1]!)).toMatchObject({ step: 10, names: ["train/loss"], values: [2.31] });
});

test.each([
  [["throughput=12 items=4"], "Nearest is key=value (1 of 1): what we miss is a loss, or a metric beside a step."],
  [["{'size': 3, 'epoch': 1}"], "Nearest is a Python dict, as the Hugging Face Trainer prints (1 of 1)"],
  [['{"size": 3}'], "Nearest is JSON lines (1 of 1)"],
  [["1,2,3", "2,3,4"], "Nearest is CSV (2 of 2): what we miss is a header"],
  [["objective loss ~ low"], "It is like no format that we know; words we know: loss."],
])("%j is told its nearest format", (lines, told) => {
  expect(nothingRecognised(lines.length, lines).join("\n")).toContain(told);
});

test("lines without any number get advice of what to print", () => {
  const told = nothingRecognised(1, ["words"]);
  expect(told[0]).toBe("No training record was recognised: 1 line was read, among them");
  expect(told.join("\n")).toContain("Print a line such as `step=10 loss=2.31 lr=5e-5`");
});
