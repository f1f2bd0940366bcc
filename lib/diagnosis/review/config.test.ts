import { expect, test } from "vitest";
import type { RunConfig } from "../observation.ts";
import { ALIASES } from "./aliases.ts";
import { readHyperparameters, toNumber } from "./config.ts";
import { contextOf } from "./context.ts";
import type { ReviewFacts } from "./facts.ts";
import { usualRange } from "./lr-range.ts";

test.each<[RunConfig, object]>([
  [
    {
      learning_rate: "5e-05",
      optim: "OptimizerNames.ADAMW_TORCH",
      adam_beta2: 0.999,
      lr_scheduler_type: "SchedulerType.LINEAR",
    },
    { learningRate: 5e-5, optimizer: "adamw_torch", beta2: 0.999, scheduler: "linear" },
  ],
  [
    { "optimizer._component_": "torch.optim.AdamW", "optimizer.lr": 2e-5, "optimizer.betas[1]": "0.95", batch_size: 2 },
    { optimizer: "adamw", learningRate: 2e-5, beta2: 0.95, microBatch: 2 },
  ],
  [
    {
      "optimizer.params.lr": 1e-4,
      "fp16.enabled": "true",
      train_micro_batch_size_per_gpu: 4,
      gradient_clipping: "1.0",
    },
    { learningRate: 1e-4, fp16: true, microBatch: 4, clipNorm: 1 },
  ],
  [
    { lr: 3e-4, "adam-eps": 1e-8, lr_decay_style: "cosine", clip_grad: 1 },
    { learningRate: 3e-4, epsilon: 1e-8, scheduler: "cosine", clipNorm: 1 },
  ],
  [{ "--lr": 0.1 }, {}],
  [
    { "cfg.trainer.optimizer.lr": 0.1, "trainer.max_epochs": 3 },
    { learningRate: 0.1, epochs: 3 },
  ],
])("%j is read", (config, expected) => {
  expect(readHyperparameters(config)).toMatchObject(expected);
});

test("of several names for a value the more particular one counts, whatever their order", () => {
  expect(readHyperparameters({ lr: 1, learning_rate: 2 }).learningRate).toBe(2);
  expect(readHyperparameters({ learning_rate: 2, lr: 1 }).learningRate).toBe(2);
  expect(readHyperparameters({ learning_rate: "None", lr: 1 }).learningRate).toBe(1);
});

test("no name stands for two hyperparameters", () => {
  const names = Object.values(ALIASES).flatMap(({ names: of }) => of as readonly string[]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("settings of evaluation, or of another model, are not the training's", () => {
  expect(
    readHyperparameters({ "eval.batch_size": 9, "critic.optimizer.lr": 1, "zero_optimization.stage": 2 }),
  ).toMatchObject({
    microBatch: null,
    learningRate: null,
    stage: null,
  });
});

test.each([
  ["5e-05", 5e-5],
  [" 1_000 ", 1000],
  ["4,194,304", 4_194_304],
  [".5", 0.5],
  ["None", null],
  ["True", null],
  ["auto", null],
  ["1e999", null],
  [Number.NaN, null],
  ["", null],
])("%j as a number is %j", (raw, value) => {
  expect(toNumber(raw)).toBe(value);
});

const kindOf = (config: RunConfig, firstLoss: number | null = null): string =>
  contextOf(readHyperparameters(config), { firstLoss } as ReviewFacts).kind;

test.each<[string, RunConfig, number | null]>([
  ["lora", { base_model: "m", adapter: "qlora" }, null],
  ["lora", { trainable_params: 4e6, all_params: 7e9 }, null],
  ["lora", { finetuning_type: "lora", stage: "sft" }, null],
  ["full_ft", { finetuning_type: "full", stage: "sft", lora_rank: 8 }, null],
  ["rl", { stage: "dpo", lora_rank: 8 }, null],
  ["rl", { kl_coef: 0.1 }, null],
  ["pretrain", { vocab_size: 50_257 }, 10.9],
  ["pretrain", { init_from: "scratch" }, null],
  ["full_ft", { vocab_size: 50_257, model_name_or_path: "gpt2" }, 3.2],
  ["other", { num_classes: 10 }, null],
  ["unknown", { reward_model: "None" }, null],
])("the kind is %s for %j at a first loss of %j", (kind, config, firstLoss) => {
  expect(kindOf(config, firstLoss)).toBe(kind);
});

test.each<[Parameters<typeof usualRange>[0], [number, number] | null]>([
  [{ kind: "full_ft", adapter: false, optimizer: "adamw", parameters: null }, [5e-6, 5e-5]],
  [{ kind: "lora", adapter: true, optimizer: null, parameters: 7e9 }, [5e-5, 5e-4]],
  [{ kind: "pretrain", adapter: false, optimizer: "adamw", parameters: 1e6 }, [3e-4, 3e-3]],
  [{ kind: "pretrain", adapter: false, optimizer: "adamw", parameters: 124e6 }, [3e-4, 1e-3]],
  [{ kind: "pretrain", adapter: false, optimizer: "adamw", parameters: 7e9 }, [1e-4, 5e-4]],
  [{ kind: "pretrain", adapter: false, optimizer: "adamw", parameters: 176e9 }, [5e-5, 2e-4]],
  [{ kind: "rl", adapter: false, optimizer: "adamw", parameters: null }, [1e-7, 5e-6]],
  [{ kind: "other", adapter: false, optimizer: "adam", parameters: null }, [1e-4, 1e-2]],
  [{ kind: "full_ft", adapter: false, optimizer: "muon", parameters: null }, null],
  [{ kind: "unknown", adapter: false, optimizer: "adamw", parameters: null }, null],
])("the usual range for %j is %j", (context, range) => {
  const usual = usualRange(context);
  expect(usual && [usual.low, usual.high]).toEqual(range);
});
