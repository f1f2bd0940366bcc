import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import type { Observation } from "../observation.ts";
import { told } from "./told.ts";

const FP16 = ["fp16.", "nan."];

/** A run whose loss scale, gradient norm and count of skipped updates are given by step. */
function run(scale: (step: number) => number | null, more: (step: number) => [string, number][] = () => []) {
  const noise = normalNoise(1);
  return Array.from({ length: 3000 }, (_, i): Observation => {
    const step = i + 1;
    const value = scale(step);
    const values: [string, number][] = [
      ["train/loss", 2 + 3 * step ** -0.4 + 0.05 * noise()],
      ...(value === null ? [] : [["loss_scale", value] as [string, number]]),
    ];
    return { step, at: Number.NaN, attempt: 0, values: [...values, ...more(step)] };
  });
}

test("PyTorch's and Megatron's ordinary life says nothing: a search, then growth and a skip now and then", () => {
  const pytorch = (step: number): number => (step < 5 ? 2 ** (16 - step) : 4096 * (step % 2000 > 1000 ? 2 : 1));
  const megatron = (step: number): number => 2 ** (32 - Math.min(step, 20));
  expect(told(FP16, run(pytorch))).toEqual([]);
  expect(told(FP16, run(megatron))).toEqual([]);
  expect(
    told(
      FP16,
      run(() => 1),
    ),
  ).toEqual([]);
});

test("three halvings in 100 steps are critical, once for the whole fall, with no second id for the same thing", () => {
  const falls = (step: number): number => Math.max(1, 65536 / 2 ** Math.max(0, Math.floor((step - 1000) / 10)));
  expect(told(FP16, run(falls))).toEqual(["fp16.scale_floor critical! 1010@1030"]);
});

test("two halvings are not, and a slow sinking is the caution it is", () => {
  expect(
    told(
      FP16,
      run((step) => (step < 1000 ? 65536 : 16384)),
    ),
  ).toEqual([]);
  const sinks = (step: number): number => 65536 / 2 ** Math.min(8, Math.max(0, Math.floor((step - 500) / 150)));
  expect(told(FP16, run(sinks))).toEqual(["fp16.scale_collapse caution! 1550@1751"]);
});

test("updates skipped again and again are told, from Megatron's count or from the gradient norm of a run in fp16", () => {
  const counted = run(
    () => 4096,
    (step) => [["number of skipped iterations", step > 1000 && step < 1010 ? 1 : 0]],
  );
  expect(told(FP16, counted)).toEqual(["fp16.skip_rate caution! 1001@1003"]);
  const seen = run(
    () => null,
    (step) => [["grad_norm", step > 1000 && step < 1100 && step % 5 === 0 ? Number.POSITIVE_INFINITY : 1]],
  );
  const rate = ["fp16.skip"];
  expect(told(rate, seen, { config: { fp16: true } })).toEqual(["fp16.skip_rate caution! 1005@1015"]);
  expect(told(rate, seen, { config: { bf16: true } })).toEqual([]);
});

test("one per cent of the last 1,000 steps is too many too", () => {
  const seldom = run(
    () => 4096,
    (step) => [["number of skipped iterations", step > 500 && step % 50 === 0 ? 1 : 0]],
  );
  expect(told(FP16, seldom)).toEqual(["fp16.skip_rate caution! 550@1050"]);
});
