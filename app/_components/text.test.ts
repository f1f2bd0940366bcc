import { expect, test } from "vitest";
import { formatAge } from "./clock.ts";
import { firstSentence } from "./first-sentence.ts";
import { formatClock } from "./local-time.tsx";

test("advice is cut after its act; a point inside a number or a file's name is no end", () => {
  expect(firstSentence("Set LR to 2.24e-4. Half of now; change nothing else.")).toEqual({
    act: "Set LR to 2.24e-4",
    rest: "Half of now; change nothing else.",
  });
  expect(firstSentence("把学习率设为 2.24e-4。减半即可。")).toEqual({
    act: "把学习率设为 2.24e-4",
    rest: "减半即可。",
  });
  expect(firstSentence("Stop and keep step_21000.pt")).toEqual({ act: "Stop and keep step_21000.pt", rest: "" });
});

test("an age counts whole seconds, then whole minutes, and is never negative", () => {
  expect([-50, 0, 1999, 9000].map((ms) => formatAge(ms, "en"))).toEqual(["0s", "0s", "1s", "9s"]);
  expect(formatAge(14 * 60_000 + 59_000, "en")).toBe("14m");
  expect(formatAge(306 * 60_000, "en")).toBe("5h 6m");
  expect(formatAge(3000, "zh-CN")).toBe("3秒");
});

test("a moment of today is a clock time, of this week a weekday with it, else a date", () => {
  const now = new Date(2026, 4, 13, 19, 52).getTime();
  expect(formatClock(new Date(2026, 4, 13, 8, 5).getTime(), now, "en")).toBe("08:05");
  expect(formatClock(new Date(2026, 4, 15, 11, 34).getTime(), now, "en")).toBe("Fri 11:34");
  expect(formatClock(new Date(2026, 1, 3, 11, 34).getTime(), now, "en")).toBe("Feb 3 11:34");
});
