import { expect, test } from "vitest";
import { configOf, readEntry } from "./settings-fields.ts";

test.each([
  ["learning_rate", "3e-4", 3e-4],
  ["learning_rate", " .0003 ", 3e-4],
  ["max_steps", "20 000", 20_000],
  ["max_steps", "20,000", 20_000],
  ["gradient_checkpointing", "true", true],
  ["gradient_checkpointing", "false", false],
  ["mixed_precision", "bf16", "bf16"],
] as const)("%s takes %s", (key, typed, value) => {
  expect(readEntry(key, typed)).toEqual({ kind: "value", value });
});

test.each([
  ["learning_rate", "fast", "number"],
  ["learning_rate", "1e", "number"],
  ["learning_rate", "Infinity", "number"],
  ["learning_rate", "-1e-4", "range"],
  ["adam_beta2", "999", "range"],
  ["max_steps", "10.5", "whole"],
  ["max_steps", "0", "range"],
] as const)("%s does not take %s", (key, typed, problem) => {
  expect(readEntry(key, typed)).toEqual({ kind: "wrong", problem });
});

test("an adapter is told beside the stage", () => {
  expect(configOf(new Map([["stage", "lora"]]))).toEqual({ stage: "sft", finetuning_type: "lora" });
  expect(configOf(new Map([["stage", "pt"]]))).toEqual({ stage: "pt" });
});
