import { expect, test } from "vitest";
import { cleanText, displayText, scanHead } from "./clean.ts";

test("escapes are removed and backspaces applied", () => {
  expect(cleanText("\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[Kx")).toBe("red x");
  expect(cleanText("10/50\b\b\b\b\b11/50")).toBe("11/50");
});

test("what a person sees has no control characters and half of no pair", () => {
  expect(displayText("a\tb\u0000c\u0007", 10)).toBe("a bc");
  expect(displayText("ab\u{1f600}", 3).isWellFormed()).toBe(true);
});

const UTC = Date.UTC(2026, 6, 14, 8, 12, 53, 500);
const LOCAL = new Date(2026, 6, 14, 8, 12, 53, 123).getTime();
const SECOND = new Date(2026, 6, 14, 8, 12, 53).getTime();
test.each<[string, number | null, number]>([
  ["[rank3]: ", 3, Number.NaN],
  ["[rank3]:[titan] 2026-07-14 08:12:53,123 - root - INFO - ", 3, LOCAL],
  ["[default0]: ", 0, Number.NaN],
  ["0: ", 0, Number.NaN],
  [" 3: ", 3, Number.NaN],
  ["(TaskRunner pid=123) ", null, Number.NaN],
  ["10.0.0.1: ", null, Number.NaN],
  ["2026-07-14T08:12:53.500Z stdout F ", null, UTC],
  ["2026-07-14T10:12:53.500+02:00 INFO ", null, UTC],
  ["2026-07-14 08:12:53,123 - trainer.loop - INFO - ", null, LOCAL],
  ["2026-07-14 08:12:53,123 INFO train.py:88 ", null, LOCAL],
  ["[2026-07-14 08:12:53,123] [    INFO] - ", null, LOCAL],
  ["[2026-07-14 08:12:53] ", null, SECOND],
  ["07/14/2026 08:12:53 - INFO - __main__ - ", null, SECOND],
  ["[08/03 22:09:24 d2.utils.events]: ", null, Number.NaN],
  ["I0317 10:00:13.224641 1253444 metric_logger.py:181] ", null, Number.NaN],
  ["INFO 08-20 10:00:00 trainer.py:12] ", null, Number.NaN],
  ["INFO: ", null, Number.NaN],
])("the head %j is found", (head, rank, at) => {
  expect(scanHead(`${head}step=1 loss=2`)).toEqual({ start: head.length, rank, at });
});

test.each([
  "step=1 loss=2",
  "Step 50 - loss: 2",
  "step:5 - loss:2",
  "[eval] loss: 2",
  "eval - loss: 2",
  "10/50 loss 2",
  "2026-99-99 00:00:00 x",
])("%j has no head", (text) => {
  expect(scanHead(text).start).toBe(0);
});
