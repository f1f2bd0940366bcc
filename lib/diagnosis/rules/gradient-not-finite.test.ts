import { expect, test } from "vitest";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const run = (norm: string, more: Record<string, string> = {}) =>
  scenario({ "train/loss": "3-0.001x400~0.05", grad_norm: norm, ...more });
const NAN = ["nan."];

test("in bf16 or fp32 a single gradient norm of NaN is critical at its record; in fp16 it is a note", () => {
  const norm = "1x200 nan 1x199";
  expect(told(NAN, run(norm), { config: { bf16: true } })).toEqual(["nan.grad_unscaled critical! 201@201"]);
  expect(told(NAN, run(norm), { config: { fp16: false, bf16: false } })).toEqual([
    "nan.grad_unscaled critical! 201@201",
  ]);
  expect(told(NAN, run(norm), { config: { fp16: true } })).toEqual(["nan.grad_only note 201@201"]);
});

test("where the precision is not known three in a row are critical, unless a loss scaler was logged", () => {
  const norm = "1x200 nanx6 1x194";
  expect(told(NAN, run(norm))).toEqual(["nan.grad_only note 201@201", "nan.grad_unscaled critical! 201@203"]);
  expect(told(NAN, run(norm, { loss_scale: "65536x400" }))).toEqual(["nan.grad_only note 201@201"]);
  // A scale of 1 scales nothing: bf16 trainers print it.
  expect(told(NAN, run(norm, { loss_scale: "1x400" }))).toContain("nan.grad_unscaled critical! 201@203");
});

test("the search for a scale at the start is silent where a scaler is known, and never critical", () => {
  const norm = "infx20 1x380";
  expect(told(NAN, run(norm), { config: { fp16: true } })).toEqual([]);
  expect(told(NAN, run(norm))).toEqual(["nan.grad_only note 1@1"]);
});

test("however it flickers it is one finding until 100 good records", () => {
  const flicker = `1x150 ${"nanx4 1x3 ".repeat(20)} 1x110`;
  const config = { bf16: true };
  expect(told(NAN, run(flicker), { config })).toEqual(["nan.grad_unscaled critical! 151@151"]);
  expect(told(NAN, run("1x50 nan 1x120 nan 1x50"), { config })).toHaveLength(2);
});
