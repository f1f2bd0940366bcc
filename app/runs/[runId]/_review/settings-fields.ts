import type { Config } from "#lib/protocol/index.ts";

/** A setting that can be entered by hand, by the key that the review knows best (`ReviewItem.missing`). */
export type SettingKey = (typeof SETTINGS)[number];
type Field =
  | { kind: "number"; least: number; most: number; whole: boolean }
  | { kind: "flag" }
  | { kind: "choice"; options: readonly string[] }
  | { kind: "text" };

/** In the order in which a training script has them. */
export const SETTINGS = [
  "stage",
  "optim",
  "learning_rate",
  "lr_scheduler_type",
  "warmup_steps",
  "max_steps",
  "num_train_epochs",
  "weight_decay",
  "decay_norm_and_bias",
  "adam_beta1",
  "adam_beta2",
  "adam_epsilon",
  "sparse_gradients",
  "max_grad_norm",
  "dropout",
  "per_device_train_batch_size",
  "gradient_accumulation_steps",
  "data_parallel_size",
  "global_batch_size",
  "max_seq_length",
  "num_examples",
  "mixed_precision",
  "dynamic_loss_scale",
  "pure_bf16",
  "device_name",
  "gradient_checkpointing",
  "total_parameters",
  "optimizer_state_dtype",
  "eval_strategy",
  "early_stopping",
  "early_stopping_patience",
  "transformers_version",
  "norm_layer",
  "logging_steps",
] as const;

const amount = (least: number, most: number): Field => ({ kind: "number", least, most, whole: false });
const count = (least = 1): Field => ({ kind: "number", least, most: 1e15, whole: true });
const choice = (...options: string[]): Field => ({ kind: "choice", options });
const FLAG: Field = { kind: "flag" };
const TEXT: Field = { kind: "text" };

const FIELDS: Record<SettingKey, Field> = {
  stage: choice("pt", "sft", "lora", "grpo"),
  optim: choice("adamw", "adam", "sgd", "lion", "muon", "adafactor"),
  learning_rate: amount(0, 10),
  lr_scheduler_type: choice("linear", "cosine", "constant", "polynomial"),
  warmup_steps: count(0),
  max_steps: count(),
  num_train_epochs: amount(0, 1e6),
  weight_decay: amount(0, 10),
  decay_norm_and_bias: FLAG,
  adam_beta1: amount(0, 1),
  adam_beta2: amount(0, 1),
  adam_epsilon: amount(0, 1),
  sparse_gradients: FLAG,
  max_grad_norm: amount(0, 1e9),
  dropout: amount(0, 1),
  per_device_train_batch_size: count(),
  gradient_accumulation_steps: count(),
  data_parallel_size: count(),
  global_batch_size: count(),
  max_seq_length: count(),
  num_examples: count(),
  mixed_precision: choice("bf16", "fp16", "fp32"),
  dynamic_loss_scale: FLAG,
  pure_bf16: FLAG,
  device_name: TEXT,
  gradient_checkpointing: FLAG,
  total_parameters: count(),
  optimizer_state_dtype: choice("fp32", "bf16", "fp16"),
  eval_strategy: choice("steps", "epoch", "no"),
  early_stopping: FLAG,
  early_stopping_patience: count(),
  transformers_version: TEXT,
  norm_layer: choice("layernorm", "rmsnorm", "batchnorm"),
  logging_steps: count(),
};

export const fieldOf = (key: SettingKey): Field => FIELDS[key];
export const isSetting = (key: string): key is SettingKey => Object.hasOwn(FIELDS, key);

export type Entry =
  | { kind: "value"; value: string | number | boolean }
  | { kind: "wrong"; problem: "number" | "whole" | "range" };

/** What a person typed as the config takes it: `3e-4`, `0.95`, and `20 000` or `20,000` for counts. */
export function readEntry(key: SettingKey, typed: string): Entry {
  const field = fieldOf(key);
  const text = typed.trim();
  if (field.kind === "flag") return { kind: "value", value: text === "true" };
  if (field.kind !== "number") return { kind: "value", value: text.slice(0, 200) };
  const plain = field.whole ? text.replaceAll(/[\s,\u2009_](?=\d{3})/g, "") : text;
  const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  if (Number.isNaN(value)) return { kind: "wrong", problem: "number" };
  if (field.whole && !Number.isInteger(value)) return { kind: "wrong", problem: "whole" };
  return value < field.least || value > field.most ? { kind: "wrong", problem: "range" } : { kind: "value", value };
}

/** The values to send. The kind of training is told by two keys: an adapter is one of its own. */
export function configOf(entries: ReadonlyMap<SettingKey, string | number | boolean>): Config {
  const values: Config = {};
  for (const [key, value] of entries) {
    if (key !== "stage") values[key] = value;
    else Object.assign(values, value === "lora" ? { stage: "sft", finetuning_type: "lora" } : { stage: value });
  }
  return values;
}
