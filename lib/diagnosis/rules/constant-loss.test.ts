import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import type { Observation } from "../observation.ts";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const constant = (series: Record<string, string>) => told(["const."], scenario(series));

function printed(records: number, digits: number, loss: (i: number, noise: number) => number): Observation[] {
  const noise = normalNoise(3);
  return Array.from({ length: records }, (_, i) => ({
    step: i + 1,
    at: Number.NaN,
    attempt: 0,
    values: [["train/loss", Number(loss(i, noise()).toFixed(digits))]] as [string, number][],
  }));
}

test("twenty times the same loss where it moved before is a caution; exactly 0 is critical", () => {
  expect(constant({ "train/loss": "9/0.3x200~0.05 0.6931x60" })).toEqual(["const.loss caution! 201@220"]);
  expect(constant({ "train/loss": "9/0.3x200~0.05 0x60" })).toEqual(["const.loss critical! 201@220"]);
  expect(constant({ "train/loss": "9/0.3x200~0.05 0.6931x19 2x60~0.05" })).toEqual([]);
});

test("it is told once however it flickers, and again after the curve has lived", () => {
  const flicker = `9/0.3x200~0.05 ${"0x25 2.1 ".repeat(8)}`;
  expect(constant({ "train/loss": flicker })).toHaveLength(1);
  expect(constant({ "train/loss": `${flicker} 2x60~0.05 0x30` })).toHaveLength(2);
});

test("converged runs printed with few digits say nothing", () => {
  const converging = (i: number, noise: number): number => 1.5 + 4 * (i + 1) ** -1 + 0.002 * noise;
  for (const digits of [1, 2, 3]) expect(told(["const."], printed(3000, digits, converging))).toEqual([]);
  const gone = (i: number, noise: number): number => 4 * Math.exp(-i / 60) * Math.exp(0.2 * noise);
  for (const digits of [2, 4]) expect(told(["const."], printed(3000, digits, gone))).toEqual([]);
});

test("a loss that never was anything else is dead, unless it is 0 and has a gradient", () => {
  expect(constant({ "train/loss": "0.6931x100" })).toEqual(["const.loss caution! 1@20"]);
  expect(constant({ "train/loss": "10.8x60 10.7x60" })).toEqual([]);
  expect(constant({ "train/loss": "0x100" })).toEqual(["const.loss critical! 1@20"]);
  expect(constant({ "train/loss": "0x100", grad_norm: "0.5x100~0.1" })).toEqual([]);
});

test("twenty must be one per cent of the run as well", () => {
  const late = `9/0.2x4000~0.05 0.6931x30 1.5x30~0.05`;
  expect(constant({ "train/loss": late })).toEqual([]);
});
