import { expect, test } from "vitest";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const missing = (series: Record<string, string>) => told(["nan.late", "missing."], scenario(series));
const RATE = "1e-3x200";

test("records that come without their loss twice are a NaN that the logger left out", () => {
  expect(missing({ "train/loss": "3-0.01x100 _x100", learning_rate: RATE })).toEqual([
    "nan.late_report critical! 101@102",
  ]);
  expect(missing({ "train/loss": "3-0.01x100 _ 2x99~0.1", learning_rate: RATE })).toEqual([]);
});

test("a loss that is logged every fifth record is not missed between", () => {
  expect(missing({ "train/loss": "3 _x4 ".repeat(40), learning_rate: RATE })).toEqual([]);
  expect(missing({ "train/loss": `${"3 _x4 ".repeat(20)} _x100`, learning_rate: RATE })).toEqual([
    "nan.late_report critical! 97@106",
  ]);
});

test("steps that go on for ten intervals without a loss, by whatever record, are a caution", () => {
  expect(missing({ "train/loss": "3-0.01x100 _x100", accuracy: "0.5x200" })).toEqual(["missing.loss caution! 100@110"]);
  expect(missing({ "train/loss": "3-0.01x100 _x9 2x91~0.1", accuracy: "0.5x200" })).toEqual([]);
});

test("it is one finding while the loss comes and goes", () => {
  expect(missing({ "train/loss": `3-0.01x100 ${"_x5 2 ".repeat(15)}`, learning_rate: RATE })).toHaveLength(1);
});
