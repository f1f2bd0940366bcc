import { describe, expect, test } from "vitest";
import type { ReviewItem, Schedule } from "#lib/protocol/index.ts";
import type { RunConfig } from "../observation.ts";
import { DEVIATIONS, REVIEW_RULES, type ReviewFacts, reviewRun } from "./index.ts";

/** A run of which nothing is known. */
const NOTHING: ReviewFacts = {
  verdict: null,
  judgement: "unknown",
  schedule: null,
  peakRate: null,
  plannedSteps: null,
  points: 0,
  steps: 0,
  firstLoss: null,
  noiseShare: null,
  spikesPer1000: null,
  nonfinite: false,
  evals: 0,
  gradNorms: [],
  deviceName: null,
  computeCapability: null,
  memoryShare: null,
  outOfMemory: null,
};

const schedule = (kind: string, changes: Partial<Schedule> = {}): Schedule => ({
  kind,
  warmupSteps: 0,
  peak: 1e-3,
  final: 0,
  totalSteps: 1000,
  power: null,
  fit: 1,
  changes: [],
  phases: [],
  text: { en: "", "zh-CN": "" },
  curve: { step: [], value: [] },
  ...changes,
});

/** A warm-up over 100 steps that begins at a share of its peak. */
const rising = (share: number): Schedule =>
  schedule("warmup-cosine", { warmupSteps: 100, curve: { step: [0, 100, 1000], value: [share, 1, 0] } });

type Case = [config: RunConfig, facts?: Partial<ReviewFacts>];
type Flag = "note" | "caution" | "critical";
type Row = { pass: Case | null; flagged: [Flag, Case][]; missing: Case | null };

const FULL = { base_model: "m" };
const LORA = { lora_rank: 8 };
const PRETRAIN = { stage: "pt" };
const ADAMW = { optim: "adamw_torch" };
const HF = { per_device_train_batch_size: 4 };

/** By rule: a run that passes it, runs that it flags and how, a run of which it lacks something. Null: there is none. */
const TABLE: Record<string, Row> = {
  "hp.wd.range": {
    pass: [{ weight_decay: "0.1" }],
    flagged: [
      ["note", [{ weight_decay: 0 }]],
      ["note", [{ weight_decay: 0.2 }]],
      ["caution", [{ weight_decay: 0.5 }]],
    ],
    missing: [{ weight_decay: "None" }],
  },
  "hp.wd.lora": {
    pass: [{ ...LORA, weight_decay: 0 }],
    flagged: [["note", [{ ...LORA, weight_decay: 0.1 }]]],
    missing: [LORA],
  },
  "hp.wd.norm_bias": {
    pass: [{ decay_norm_and_bias: false }],
    flagged: [["note", [{ decay_norm_and_bias: "True" }]]],
    missing: [{}],
  },
  "hp.wd.l2": {
    pass: [{ ...ADAMW, weight_decay: 0.1 }],
    flagged: [["note", [{ "optimizer._component_": "torch.optim.Adam", weight_decay: 0.1 }]]],
    missing: [{ weight_decay: 0.1 }],
  },
  "hp.beta1": {
    pass: [{ adam_beta1: 0.9 }],
    flagged: [
      ["note", [{ beta1: 0.88 }]],
      ["note", [{ "optimizer.betas[0]": "0.5" }]],
    ],
    missing: [{}],
  },
  "hp.beta2.article": {
    pass: [{ ...FULL, beta2: 0.999 }],
    flagged: [["note", [{ ...LORA, adam_beta2: 0.95 }]]],
    missing: [FULL],
  },
  "hp.beta2.pretrain": {
    pass: [{ ...PRETRAIN, adam_beta2: 0.95 }],
    flagged: [
      ["note", [{ ...PRETRAIN, adam_beta2: 0.999 }]],
      ["note", [{ adam_beta2: 0.999 }, { spikesPer1000: 2 }]],
    ],
    missing: [PRETRAIN],
  },
  "hp.beta2.low": { pass: [{ beta2: 0.95 }], flagged: [["caution", [{ beta2: 0.8 }]]], missing: [{}] },
  "hp.beta2.sparse": {
    pass: [{ sparse_gradients: false }],
    flagged: [["note", [{ sparse_gradients: true }]]],
    missing: [{}],
  },
  "hp.eps.fp32": {
    pass: [{ adam_epsilon: "1e-08", bf16: true }],
    flagged: [["note", [{ adam_epsilon: 1e-5 }]]],
    missing: [{}],
  },
  "hp.eps.amp": {
    pass: [{ adam_epsilon: 1e-7, fp16: true }],
    flagged: [["note", [{ adam_epsilon: 1e-8, fp16: true }]]],
    missing: [{ fp16: true }],
  },
  "hp.eps.fp16_state": {
    pass: [{ adam_epsilon: 1e-7, fp16: true, exp_avg_dtype: "fp16" }],
    flagged: [["critical", [{ adam_epsilon: 1e-8, fp16: true, exp_avg_dtype: "torch.float16" }]]],
    missing: [{ adam_epsilon: 1e-8, fp16: true }],
  },
  "hp.warmup.range": {
    pass: [{ warmup_steps: 30, max_steps: 1000 }],
    flagged: [
      ["note", [{ warmup_ratio: 0.08, max_steps: 1000 }]],
      ["note", [{ warmup_ratio: 0.3, max_steps: 1000 }]],
      ["note", [{ warmup_steps: 0 }]],
      ["caution", [{ ...FULL, warmup_steps: 0, learning_rate: 5e-5 }]],
    ],
    missing: [{ warmup_steps: 30 }],
  },
  "hp.warmup.steps": {
    pass: [{ ...PRETRAIN, warmup_steps: 2000, max_steps: 100_000 }],
    flagged: [["note", [{ ...PRETRAIN, warmup_steps: 50, max_steps: 100_000 }]]],
    missing: [{ ...PRETRAIN, warmup_steps: 50 }],
  },
  "hp.warmup.shape": {
    pass: [{}, { schedule: rising(0) }],
    flagged: [["note", [{}, { schedule: rising(0.3) }]]],
    missing: [{}],
  },
  "hp.decay.none": {
    pass: [{ ...FULL, lr_scheduler_type: "cosine", max_steps: 100 }],
    flagged: [["note", [{ ...FULL, lr_scheduler_type: "SchedulerType.CONSTANT_WITH_WARMUP", max_steps: 100 }]]],
    missing: [{ ...FULL, lr_scheduler_type: "constant" }],
  },
  "hp.decay.linear": {
    pass: [{}, { schedule: schedule("cosine") }],
    flagged: [["note", [{}, { schedule: schedule("warmup-linear") }]]],
    missing: [{}],
  },
  "hp.decay.poly": {
    pass: [{ lr_scheduler_type: "linear" }],
    flagged: [["note", [{ lr_scheduler_type: "polynomial", "lr_scheduler_kwargs.power": 2 }]]],
    missing: [{}],
  },
  "hp.decay.total_mismatch": {
    pass: [{ max_steps: 1010 }, { schedule: schedule("cosine") }],
    flagged: [
      ["caution", [{ max_steps: 2000 }, { schedule: schedule("cosine") }]],
      ["caution", [{ train_iters: 1000, lr_decay_iters: 500 }]],
    ],
    missing: [{ max_steps: 2000 }],
  },
  "hp.lr.high": {
    pass: [{ ...FULL, learning_rate: "5e-05" }],
    flagged: [
      ["note", [{ ...FULL, learning_rate: 1e-4 }]],
      ["caution", [{ ...FULL, learning_rate: 2e-4 }]],
      ["critical", [{ ...FULL }, { peakRate: 1e-3 }]],
    ],
    missing: [FULL],
  },
  "hp.lr.low": {
    pass: [{ ...FULL, learning_rate: 1e-5 }],
    flagged: [
      ["note", [{ ...FULL, learning_rate: 7e-6 }]],
      ["note", [{ ...FULL, learning_rate: 3e-6 }]],
      ["caution", [{ ...FULL, learning_rate: 1e-6 }]],
    ],
    missing: [FULL, { peakRate: 1e-6 }],
  },
  "hp.lr.lora_as_ft": {
    pass: [{ ...LORA, learning_rate: 2e-4 }],
    flagged: [["note", [{ ...LORA, learning_rate: 5e-5 }]]],
    missing: [LORA],
  },
  "hp.lr.ft_as_lora": {
    pass: [{ ...FULL, learning_rate: 2e-5 }],
    flagged: [["caution", [{ ...FULL, learning_rate: 1e-4 }]]],
    missing: [FULL],
  },
  "hp.batch.global": {
    pass: [{ ...HF, gradient_accumulation_steps: 2, world_size: 4, total_train_batch_size: 32 }],
    flagged: [["caution", [{ ...HF, gradient_accumulation_steps: 2, world_size: 4, total_train_batch_size: 8 }]]],
    missing: [{ ...HF, gradient_accumulation_steps: 4, local_rank: -1 }],
  },
  "hp.batch.large": {
    pass: [{ global_batch_size: 512, seq_length: 2048 }],
    flagged: [
      ["note", [{ global_batch_size: 4096, seq_length: 2048 }]],
      ["note", [{ global_batch_size: 16_384, num_classes: 10, num_examples: 50_000 }]],
    ],
    missing: [{ global_batch_size: 512, n_head: 12 }],
  },
  "hp.batch.tiny": {
    pass: [{}, { noiseShare: 0.1 }],
    flagged: [["note", [{}, { noiseShare: 0.5 }]]],
    missing: [{}],
  },
  "hp.accum.equiv": { pass: [{ accumulation_steps: 4 }], flagged: [], missing: [{}] },
  "hp.accum.bug": {
    pass: [{ gradient_accumulation_steps: 4, transformers_version: "4.46.0" }],
    flagged: [
      ["caution", [{ gradient_accumulation_steps: 4, transformers_version: "4.45.2" }]],
      ["caution", [{ gradient_accumulation_steps: 4, average_tokens_across_devices: "False" }]],
    ],
    missing: [{ gradient_accumulation_steps: 4 }],
  },
  "hp.accum.batchnorm": {
    pass: [{ accum_steps: 2, num_classes: 10, norm_layer: "LayerNorm" }],
    flagged: [["note", [{ accum_steps: 2, num_classes: 10, norm_layer: "BatchNorm2d" }]]],
    missing: [{ accum_steps: 2, num_classes: 10 }],
  },
  "hp.fp16": {
    pass: [{ fp16: true }, { deviceName: "Tesla V100-SXM2-16GB" }],
    flagged: [
      ["note", [{ fp16: true }, { computeCapability: 8.6 }]],
      ["caution", [{ precision: "16-mixed", device_name: "NVIDIA A100-SXM4-40GB", num_parameters: 7e9 }]],
    ],
    missing: [{ fp16: true }],
  },
  "hp.fp16.scaler": {
    pass: [{ fp16: true, "fp16.loss_scale": 0 }],
    flagged: [
      ["critical", [{ fp16: true, loss_scale: 1024 }]],
      ["critical", [{ fp16: true, dynamic_loss_scale: false }]],
    ],
    missing: [{ fp16: true }],
  },
  "hp.bf16.pre_ampere": {
    pass: [{ bf16: true }, { computeCapability: 9 }],
    flagged: [["caution", [{ dtype: "bfloat16" }, { deviceName: "Tesla T4" }]]],
    missing: [{ bf16: true }],
  },
  "hp.bf16.pure": {
    pass: [{ ...FULL, bf16: true, pure_bf16: false, learning_rate: 1e-5 }],
    flagged: [["caution", [{ ...FULL, bf16: true, pure_bf16: true, learning_rate: 1e-5 }]]],
    missing: [{ ...FULL, bf16: true, learning_rate: 1e-5 }],
  },
  "hp.ckpt.on": {
    pass: [{ gradient_checkpointing: false }],
    flagged: [["note", [{ recompute_granularity: "full" }]]],
    missing: [{}],
  },
  "hp.ckpt.off_oom": {
    pass: [{ gradient_checkpointing: false }, { memoryShare: 0.7 }],
    flagged: [
      ["note", [{ gradient_checkpointing: false }, { memoryShare: 0.97 }]],
      ["note", [{ gradient_checkpointing: false }, { outOfMemory: true }]],
    ],
    missing: [{ gradient_checkpointing: false }],
  },
  "hp.mem.accum": {
    pass: [HF, { memoryShare: 0.7 }],
    flagged: [["note", [HF, { memoryShare: 0.97 }]]],
    missing: [HF],
  },
  "hp.ckpt.large": {
    pass: [{ ...FULL, num_parameters: 1e9, gradient_checkpointing: false }],
    flagged: [["note", [{ ...FULL, num_hidden_layers: 40, hidden_size: 5120, gradient_checkpointing: false }]]],
    missing: [{ ...FULL, gradient_checkpointing: false }],
  },
  "hp.ckpt.on_idle": {
    pass: [{ gradient_checkpointing: true }, { memoryShare: 0.8 }],
    flagged: [["note", [{ gradient_checkpointing: true }, { memoryShare: 0.4 }]]],
    missing: [{ gradient_checkpointing: true }],
  },
  "hp.dropout": {
    pass: [{ ...FULL, dropout: 0.1 }],
    flagged: [["note", [{ ...FULL, dropout: 0.5 }]]],
    missing: [FULL],
  },
  "hp.dropout.large": {
    pass: [{ ...PRETRAIN, dropout: 0, epochs: 1 }],
    flagged: [
      ["note", [{ ...PRETRAIN, dropout: 0.1, epochs: 1 }]],
      ["note", [{ ...PRETRAIN, dropout: 0.1, tokens_per_iteration: 4e6, max_steps: 100_000 }]],
    ],
    missing: [{ ...PRETRAIN, dropout: 0.1 }],
  },
  "hp.clip.none": {
    pass: [{ max_grad_norm: 1 }],
    flagged: [
      ["note", [{ grad_clip: 0 }]],
      ["caution", [{ grad_clip: "0.0" }, { gradNorms: [1, 1, 1, 1, 1, 1, 1, 1, 9] }]],
    ],
    missing: [{}],
  },
  "hp.clip.always": {
    pass: [{ max_grad_norm: 1 }, { gradNorms: [0.5, 2, 0.5, 2, 0.5, 2, 0.5, 2] }],
    flagged: [["note", [{ max_grad_norm: 1 }, { gradNorms: [2, 2, 2, 2, 2, 2, 2, 2] }]]],
    missing: [{ max_grad_norm: 1 }],
  },
  "hp.es.none": {
    pass: [{ ...FULL, epochs: 3, eval_strategy: "steps", early_stopping_patience: 5 }],
    flagged: [
      ["note", [{ ...FULL, epochs: 3, eval_strategy: "IntervalStrategy.NO" }]],
      ["note", [{ ...FULL, epochs: 3, early_stopping: false }, { evals: 4 }]],
    ],
    missing: [{ ...FULL, epochs: 3, eval_strategy: "steps" }],
  },
  "hp.es.patience": { pass: [{ patience: 5 }], flagged: [["note", [{ patience: 2 }]]], missing: [{}] },
  "hp.epochs": {
    pass: [{ ...LORA, epochs: 3, num_examples: 1000 }],
    flagged: [["note", [{ ...LORA, epochs: 10, num_examples: 1000 }]]],
    missing: [{ ...LORA, epochs: 10 }],
  },
  "hp.log.sparse": {
    pass: [{ max_steps: 10_000, logging_steps: 10 }],
    flagged: [
      ["note", [{ max_steps: 1000, logging_steps: 500 }]],
      ["note", [{ max_steps: 1000 }, { points: 20, steps: 190 }]],
    ],
    missing: [{ max_steps: 1000 }],
  },
  "hp.nan.plan": {
    pass: [{}, { points: 10 }],
    flagged: [["critical", [{}, { points: 10, nonfinite: true }]]],
    missing: [{}],
  },
  "hp.curve.high": {
    pass: null,
    flagged: [
      ["caution", [{}, { verdict: "oscillating", judgement: "too_high" }]],
      ["caution", [{}, { verdict: "plateau", judgement: "too_high" }]],
      ["critical", [{}, { verdict: "diverging", judgement: "too_high" }]],
    ],
    missing: null,
  },
  "hp.curve.low": {
    pass: null,
    flagged: [["note", [{}, { verdict: "too_slow", judgement: "too_low" }]]],
    missing: null,
  },
  "hp.curve.ok": { pass: [{}, { verdict: "healthy", judgement: "fine" }], flagged: [], missing: [{}] },
};

const review = ([config, facts = {}]: Case): ReviewItem[] => reviewRun(config, { ...NOTHING, ...facts });
const statusOf = (rule: string, given: Case): string | undefined =>
  review(given).find((item) => item.rule === rule)?.status;

test("every rule has its row", () => {
  expect(REVIEW_RULES.map(({ id }) => id).sort()).toEqual(Object.keys(TABLE).sort());
});

describe.each(Object.entries(TABLE))("%s", (rule, { pass, flagged, missing }) => {
  test.runIf(pass)("passes what is usual", () => {
    expect(statusOf(rule, pass!)).toBe("pass");
  });

  test.each(flagged)("gives a %s for %j", (status, given) => {
    expect(statusOf(rule, given)).toBe(status);
  });

  test.runIf(missing)("is not judged, and not passed, where a value is missing", () => {
    expect(statusOf(rule, missing!)).toBe("not_judged");
  });
});

describe("what a rule says", () => {
  const all = Object.values(TABLE).flatMap(({ pass, flagged, missing }) =>
    [pass, missing, ...flagged.map(([, given]) => given)].flatMap((given) => (given ? review(given) : [])),
  );

  test("is there in every language, in the house's typography, and names its source", () => {
    for (const { en, "zh-CN": zh } of [...all.map(({ advice }) => advice), ...DEVIATIONS]) {
      expect(en).toMatch(/^[A-Z0-9]/);
      expect(en).not.toMatch(/[!\u4e00-\u9fff]|undefined|please|\bnull\b|NaN%/i);
      expect(zh).toMatch(/[\u4e00-\u9fff]/);
      expect(zh).not.toMatch(/[!！您请;]|undefined|\bnull\b|,\s/);
    }
    for (const { source } of all) expect(source.length).toBeGreaterThan(5);
  });

  const adviceOf = (rule: string, given: Case) => review(given).find((item) => item.rule === rule)?.advice.en;

  test("names both opinions where default rule and current practice disagree, and is milder then", () => {
    expect(adviceOf("hp.decay.linear", [{ lr_scheduler_type: "linear" }])).toMatch(/Default rule.*Current practice/);
    expect(adviceOf("hp.lr.low", [{ ...FULL, learning_rate: 7e-6 }])).toBe(
      "Peak LR 7e-6 is within 5e-6 to 5e-5, usual for full fine-tuning. The default rule has 1e-5 to 5e-5.",
    );
    expect(adviceOf("hp.lr.high", [{ ...LORA, learning_rate: 2e-4 }])).toBe(
      "Peak LR 2e-4 is within 5e-5 to 5e-4, usual for LoRA. The default rule's 1e-5 to 5e-5 is for full fine-tuning.",
    );
  });

  test("tells the framework's default where a value is not set", () => {
    expect(adviceOf("hp.beta2.article", [{ ...HF, ...FULL }])).toBe("Not set: the framework's default 0.999 applies.");
    expect(adviceOf("hp.beta2.article", [FULL])).toBe("Not known: beta2.");
  });

  test("shows the product of the batch's factors", () => {
    const given: Case = [{ ...HF, gradient_accumulation_steps: 4, local_rank: "-1" }];
    expect(review(given).find(({ rule }) => rule === "hp.batch.global")).toMatchObject({ value: 16 });
    expect(adviceOf("hp.batch.global", given)).toMatch(/^4 × 4 × 1 = 16 examples/);
  });
});

test("a schedule seen from the middle of the run on tells nothing of its warm-up", () => {
  const from = (step: number): Case => [
    { max_steps: 1000 },
    { schedule: schedule("cosine", { curve: { step: [step, 1000], value: [1, 0] } }) },
  ];
  expect(statusOf("hp.warmup.range", from(1))).toBe("note");
  expect(statusOf("hp.warmup.range", from(500))).toBe("not_judged");
});

test("the worst comes first, then what passed, then what was not judged", () => {
  const statuses = review([{ ...FULL, learning_rate: 1, weight_decay: 0.5, adam_beta1: 0.88, grad_clip: 1 }]).map(
    ({ status }) => status,
  );
  const order = ["critical", "caution", "note", "pass", "not_judged"];
  expect(statuses).toEqual(statuses.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
  expect(new Set(statuses).size).toBe(5);
});

test("the Adam rules and the rate's range are not for other optimisers", () => {
  const rules = review([{ ...FULL, optim: "lion", adam_beta2: 0.8, learning_rate: 1 }]);
  expect(rules.filter(({ rule }) => /beta|eps|wd\.range/.test(rule))).toEqual([]);
  expect(rules.find(({ rule }) => rule === "hp.lr.high")?.status).toBe("not_judged");
});

test("a config of any values is survived", () => {
  const values = [null, true, "", "None", "auto", "x".repeat(200), -1, 0, 1e308, "1e999", "[0.9, 0.95]"];
  const keys = [
    "lr",
    "betas",
    "optim",
    "warmup_steps",
    "max_steps",
    "batch_size",
    "logging_steps",
    "num_layers",
    "a.b.c",
  ];
  for (const value of values) {
    const config = Object.fromEntries(keys.map((key) => [key, value]));
    expect(JSON.stringify(review([config, { points: 20, steps: 0 }]))).not.toMatch(/undefined|NaN of/);
  }
});
