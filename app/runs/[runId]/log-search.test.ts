import { expect, test } from "vitest";
import { searchLog, stepMatch } from "./log-search.ts";

const LINES = [
  { line: 7, text: "loss 2.5, Loss of sync", parsed: true },
  { line: 8, text: "nothing here", parsed: false },
  { line: 9, text: "val_LOSS 2.4", parsed: true },
];

test("every place is found once, in reading order, in large and small letters", () => {
  expect(searchLog(LINES, " loss ")).toEqual([
    { line: 7, start: 0 },
    { line: 7, start: 10 },
    { line: 9, start: 4 },
  ]);
  expect(searchLog(LINES, "  ")).toEqual([]);
});

test("next and previous go around the end", () => {
  expect([stepMatch(null, 3, 1), stepMatch(null, 3, -1)]).toEqual([0, 2]);
  expect([stepMatch(2, 3, 1), stepMatch(0, 3, -1), stepMatch(0, 0, 1)]).toEqual([0, 2, null]);
});
