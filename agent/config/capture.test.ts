import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONFIG_LIMITS, type Config, configSchema } from "#lib/protocol/index.ts";
import { ConfigCapture, captureStateSchema } from "./index.ts";

function captured(text: string): Config | null {
  const capture = new ConfigCapture();
  for (const line of text.split("\n")) if (line.trim() !== "") capture.push(line);
  return capture.take();
}

const HF = `TrainingArguments(
accelerator_config={'split_batches': False, 'kwargs': None},
adam_epsilon=1e-08,
bf16=True,
hub_token=<HUB_TOKEN>,
lr_scheduler_type=SchedulerType.LINEAR,
output_dir=out/a,
weight_decay=0.0,
)
{'loss': '2.5', 'learning_rate': '0.003', 'epoch': '0.1'}`;

const MEGATRON = `------------------------ arguments ------------------------
  adam_beta2 ...................................... 0.95
  data_path ....................................... ['a', 'b']
  iteration ....................................... 0
  lr .............................................. 0.0003
  wandb_api_key ................................... 0123456789
-------------------- end of arguments ---------------------
 > number of parameters on (tensor, pipeline) model parallel rank (0, 0): 354871296`;

const TORCHTUNE = `INFO:torchtune.utils:Running FullFinetuneRecipeSingleDevice with resolved config:

batch_size: 4
checkpointer:
  files:
  - a.safetensors
  - b.safetensors
optimizer:
  _component_: torch.optim.AdamW
  betas: [0.9, 0.95]
  lr: 2.0e-05

1|10|Loss: 2.5: 3%`;

const AXOLOTL = `[2024-05-01 12:00:00,123] [INFO] [axolotl.cli:1] [PID:1] config:
{
  "adapter": "lora",
  "base_model": "m",
  "datasets": [
    {
      "path": "x"
    }
  ],
  "learning_rate": 0.0002
}`;

const DEEPSPEED = `[2024-05-01 12:00:00,123] [INFO] [config.py:1003:print]   fp16_enabled ................. True
[2024-05-01 12:00:00,123] [INFO] [config.py:1003:print]   gradient_clipping ............ 1.0
[2024-05-01 12:00:00,123] [INFO] [config.py:1003:print]   optimizer_params ............. {'lr': 1e-05, 'betas': [0.9, 0.999]}
[2024-05-01 12:00:00,123] [INFO] [config.py:1003:print]   train_batch_size ............. 16`;

describe("arguments are recognised as", () => {
  test.each<[string, string, Config]>([
    [
      "the Hugging Face Trainer's",
      HF,
      {
        "accelerator_config.split_batches": false,
        "accelerator_config.kwargs": null,
        adam_epsilon: 1e-8,
        bf16: true,
        lr_scheduler_type: "SchedulerType.LINEAR",
        output_dir: "out/a",
        weight_decay: 0,
      },
    ],
    [
      "Megatron-LM's",
      MEGATRON,
      {
        adam_beta2: 0.95,
        "data_path[0]": "a",
        "data_path[1]": "b",
        iteration: 0,
        lr: 3e-4,
        parameters_of_rank: 354_871_296,
      },
    ],
    [
      "torchtune's YAML",
      TORCHTUNE,
      {
        batch_size: 4,
        "checkpointer.files[0]": "a.safetensors",
        "checkpointer.files[1]": "b.safetensors",
        "optimizer._component_": "torch.optim.AdamW",
        "optimizer.betas[0]": 0.9,
        "optimizer.betas[1]": 0.95,
        "optimizer.lr": 2e-5,
      },
    ],
    ["axolotl's JSON", AXOLOTL, { adapter: "lora", base_model: "m", "datasets[0].path": "x", learning_rate: 0.0002 }],
    [
      "DeepSpeed's",
      DEEPSPEED,
      {
        fp16_enabled: true,
        gradient_clipping: 1,
        "optimizer_params.lr": 1e-5,
        "optimizer_params.betas[0]": 0.9,
        "optimizer_params.betas[1]": 0.999,
        train_batch_size: 16,
      },
    ],
    [
      "a Namespace in one line",
      "Namespace(lr=0.001, betas=(0.9, 0.98), path=None, name='a, b', cls=<class 'a.b'>)",
      { lr: 0.001, "betas[0]": 0.9, "betas[1]": 0.98, path: null, name: "a, b", cls: "<class 'a.b'>" },
    ],
    [
      "a dict in one line",
      "{'batch_size': 32, 'optimizer': {'name': 'sgd', 'lr': '1e-3'}}",
      { batch_size: 32, "optimizer.name": "sgd", "optimizer.lr": "1e-3" },
    ],
    [
      "a dict printed by pprint",
      "{'batch_size': 32,\n 'optimizer': {'betas': (0.9, 0.999),\n               'lr': 0.001},\n 'seed': 1}",
      { batch_size: 32, "optimizer.betas[0]": 0.9, "optimizer.betas[1]": 0.999, "optimizer.lr": 0.001, seed: 1 },
    ],
    [
      "a list of pairs without a head",
      "optim: adamw\nlr: 0.001\nbatch_size: 4\nmodel:\n  n_layer: 12\nTraining starts",
      { optim: "adamw", lr: 0.001, batch_size: 4, "model.n_layer": 12 },
    ],
  ])("%s", (_name, text, config) => {
    expect(captured(text)).toEqual(config);
  });

  test.each<[string, Config]>([
    [
      "trainable params: 4,194,304 || all params: 6,742,609,920 || trainable%: 0.0622",
      { trainable_params: 4_194_304, all_params: 6_742_609_920 },
    ],
    ["number of parameters: 124.44M", { number_of_parameters: 124_440_000 }],
    ["  Number of trainable parameters = 124,439,808", { trainable_params: 124_439_808 }],
    ["Model llama3 8B size: 8,030,261,248 total parameters", { number_of_parameters: 8_030_261_248 }],
    ["Total params: 1,234 (4.82 KB)", { number_of_parameters: 1234 }],
    ["124 M     Trainable params", { trainable_params: 124e6 }],
    ["  Num examples = 1,000", { num_examples: 1000 }],
    ["  Total train batch size (w. parallel, distributed & accumulation) = 32", { total_train_batch_size: 32 }],
    ["Overriding: learning_rate = 0.001", { learning_rate: 0.001 }],
    ["tokens per iteration will be: 491,520", { tokens_per_iteration: 491_520 }],
    [
      "You are using a CUDA device ('NVIDIA A100-SXM4-40GB') that has Tensor Cores.",
      { device_name: "NVIDIA A100-SXM4-40GB" },
    ],
  ])("an announcement: %s", (line, config) => {
    expect(captured(line)).toEqual(config);
  });
});

test.each([
  ["a record of the Trainer", "{'loss': 2.5, 'grad_norm': 1.0, 'learning_rate': 5e-05, 'epoch': 0.1}"],
  ["a record that names its batch", '{"step": 1, "lr": 0.1, "batch_size": 4, "loss": 2}'],
  ["pairs of a record", "learning_rate: 0.001 step: 1 loss: 2.5 batch_size: 3\n".repeat(50)],
  ["a record over several lines", "epoch: 1\nlearning_rate: 0.1\nbatch_size: 2\nloss: 2.5\n".repeat(20)],
  ["program text", "def train(\n  self,\n  x={}\n):\n  foo(bar)\n"],
  ["prose", "Loading ...... done\nNote: this is a sentence\n"],
])("%s is no config", (_name, text) => {
  expect(captured(text)).toBeNull();
});

test("a call that the log cuts short does not swallow the records after it", () => {
  const text = `Namespace(lr=0.1,\n${"{'loss': 2.5, 'step': 4}\n".repeat(3)}`;
  expect(captured(text)).toEqual({ lr: 0.1 });
});

test("nothing that looks like a secret is told", () => {
  const config =
    captured(`Namespace(hub_token='a', api_key='b', wandb_key='c', password='d', client_secret='e', auth='f',
    webhook='g', note='hf_abcdefghijkl', url='https://me:pw@host/x', slack='https://hooks.slack.com/T/B/x',
    tokens_per_step=5, tokenizer='gpt2', max_tokens=9)`);
  expect(config).toEqual({ tokens_per_step: 5, tokenizer: "gpt2", max_tokens: 9 });
});

test("later arguments win, as after a restart", () => {
  expect(captured("Namespace(lr=0.1, seed=1)\nNamespace(lr=0.2)")).toEqual({ lr: 0.2, seed: 1 });
});

test("what is told stays within the protocol's bounds", () => {
  const config = captured(
    `Namespace(${Array.from({ length: 900 }, (_, i) => `k${i}='${"x".repeat(300)}'`).join(", ")}, ${"y".repeat(130)}=1)`,
  );
  expect(Object.keys(config!)).toHaveLength(CONFIG_LIMITS.keys);
  expect(configSchema.safeParse(config).success).toBe(true);
});

const ALL = [HF, MEGATRON, TORCHTUNE, AXOLOTL, DEEPSPEED].join("\n").split("\n");
const anyLine = fc.oneof(
  fc.constantFrom(...ALL, "Namespace(", "config:", "{", "}", ")", "{'batch_size': [[[[[[[[[[", "lr: 1", "- a"),
  fc.string({ unit: fc.constantFrom(..."{}[]()'\":=,.|-# \tae1_\\"), maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 40 }),
);

test("a capture made from another's state goes on as that one would have, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 40 }), (lines) => {
      const whole = new ConfigCapture();
      let reborn = new ConfigCapture();
      for (const line of lines) {
        whole.push(line);
        reborn.push(line);
        expect(reborn.take()).toEqual(whole.take());
        const state = JSON.stringify(reborn.state());
        expect(state.length).toBeLessThan(4000);
        reborn = new ConfigCapture(captureStateSchema.parse(JSON.parse(state)));
      }
    }),
    { numRuns: 500 },
  );
});

test("everything told is in the protocol's form, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 40 }), (lines) => {
      const config = captured(lines.join("\n"));
      if (config !== null) expect(configSchema.parse(config)).toEqual(config);
    }),
    { numRuns: 500 },
  );
});

const SIZE = 64 * 1024;
const fill = (text: string) => text.repeat(Math.ceil(SIZE / text.length)).slice(0, SIZE);
test.each([
  ["braces", `{${fill("{'a':")}}`],
  ["open quotes", `Namespace(${fill("'\"")}`],
  ["pairs", `{${fill("'batch_size': 1, ")}}`],
  ["calls", `${fill("Config(")})`],
  ["dots", fill(" ....")],
  ["words", `${fill("number of parameters ")})`],
  ["key", `${fill("a")}: 1`],
  ["dashes", fill("-")],
  ["a call", `${fill("a")}(`],
  ["header", `${fill("config ")}:`],
])("64 KiB of %s take a few milliseconds", (_name, text) => {
  const costs = Array.from({ length: 8 }, () => {
    const capture = new ConfigCapture();
    capture.push("config:");
    const start = process.cpuUsage();
    for (let i = 0; i < 3; i += 1) capture.push(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  expect(Math.min(...costs)).toBeLessThan(20);
});
