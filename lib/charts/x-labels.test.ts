import { expect, test } from "vitest";
import { xLabels } from "./x-labels.ts";

const steps = (ticks: number[]) => xLabels({ kind: "step", ticks, origin: 0 }, "en");
const HOUR = 3_600_000;

test("labels are short while that tells them apart, and exact when it does not", () => {
  expect(steps([0, 10_000, 20_000])).toEqual(["0", "10k", "20k"]);
  expect(steps([31_200, 31_205, 31_210])).toEqual(["31\u2009200", "31\u2009205", "31\u2009210"]);
  expect(steps([31_250, 31_500])).toEqual(["31\u2009250", "31\u2009500"]);
});

test("epochs have as many decimals as their ticks, tokens are counted as steps are", () => {
  expect(xLabels({ kind: "epoch", ticks: [0, 0.5, 1], origin: 0 }, "en")).toEqual(["0.0", "0.5", "1.0"]);
  expect(xLabels({ kind: "tokens", ticks: [0, 2e10], origin: 0 }, "en")).toEqual(["0", "20B"]);
});

test("times that two units cannot tell apart are read off a clock", () => {
  expect(xLabels({ kind: "time", ticks: [0, HOUR], origin: 0 }, "en")).toEqual(["0", "1h"]);
  const late = 27 * HOUR;
  const ticks = [late, late + HOUR / 2].map((ms) => ms + 1e12);
  expect(xLabels({ kind: "time", ticks, origin: 1e12 }, "en")).toEqual(["27:00", "27:30"]);
});
