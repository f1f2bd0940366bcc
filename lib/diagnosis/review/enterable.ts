import { ALIASES, type Field } from "./aliases.ts";

/** By what a rule lacks: the config keys that tell it. What only the log or the machine can tell has none. */
const BY_NAME: Record<string, readonly string[]> = {
  range: ["stage"],
  peakRate: ["learning_rate"],
  settledPeak: ["learning_rate"],
  totalSteps: ["max_steps"],
  plannedSteps: ["max_steps"],
  loggedPoints: ["max_steps"],
  warmup: ["warmup_steps"],
  warmupShare: ["max_steps", "warmup_steps"],
  decay: ["lr_scheduler_type"],
  product: ["per_device_train_batch_size", "gradient_accumulation_steps", "data_parallel_size"],
  batch: ["global_batch_size"],
  ampere: ["device_name"],
  checkpoints: ["gradient_checkpointing"],
  passes: ["num_train_epochs"],
  singlePass: ["num_train_epochs"],
  pureBf16: ["pure_bf16"],
  evaluates: ["eval_strategy"],
  lossScale: ["dynamic_loss_scale"],
  clippedShare: ["max_grad_norm"],
  transformersVersion: ["transformers_version"],
};

/** @param names of what is missing, as the review calls it */
export function enterableKeys(names: readonly string[]): string[] {
  const keys = names.flatMap(
    (name) =>
      (Object.hasOwn(BY_NAME, name) ? BY_NAME[name]! : null) ??
      (Object.hasOwn(ALIASES, name) ? [firstName(name as Field)] : []),
  );
  return [...new Set(keys)];
}

/** The first name of a setting counts before all others that a log may use. */
const firstName = (field: Field): string => ALIASES[field].names[0]!;
