import { expect, test } from "vitest";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const zero = (series: Record<string, string>) => told(["zero."], scenario(series));

test("five gradient norms of exactly 0 after others are critical, once until 16 others", () => {
  const loss = "3x400~0.05";
  expect(zero({ "train/loss": loss, grad_norm: "0.853x200~0.1 0x200" })).toEqual(["zero.grad critical! 201@205"]);
  expect(zero({ "train/loss": loss, grad_norm: "0.853x200~0.1 0x4 0.9x196" })).toEqual([]);
  const flicker = `0.853x100~0.1 ${"0x6 0.9x3 ".repeat(10)} 0.9x20~0.1 0x10`;
  expect(zero({ "train/loss": loss, grad_norm: flicker })).toHaveLength(2);
});

test("a norm that shrank below its last printed digit, and a loss with nothing left to learn, are no fault", () => {
  expect(zero({ "train/loss": "3-0.007x400", grad_norm: "0.003x100 0.002x100 0.001x100 0x100" })).toEqual([]);
  expect(zero({ "train/loss": "2x50~0.1 0.5x50~0.1 0x100", grad_norm: "1.25x100~0.1 0x100" })).toEqual([]);
});

test("zero from the start is a fault where the loss stands still, a placeholder where it falls", () => {
  expect(zero({ "train/loss": "2.3x100~0.05", grad_norm: "0x100" })).toEqual(["zero.grad critical! 1@20"]);
  expect(zero({ "train/loss": "9/0.4x100~0.05", grad_norm: "0x100" })).toEqual([]);
  // Group-relative reinforcement begins with losses of 0 and groups without a gradient.
  expect(zero({ "train/loss": "0x100", grad_norm: "0x100" })).toEqual([]);
});
