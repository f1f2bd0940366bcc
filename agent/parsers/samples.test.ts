import { afterAll, describe, expect, test } from "vitest";
import { sampleNames, samplesAreHere, scoreSample } from "./format-samples.ts";

/** Formats that must be read in full. The others are read as far as the generic dialects reach; the table shows how far. */
const SUPPORTED = [
  ...["hf_trainer_v4", "hf_trainer_v5", "trl_sft_v5", "trl_dpo", "trl_grpo", "axolotl", "llamafactory_trainer_log"],
  ...["generic_jsonl", "generic_kv", "generic_logfmt", "generic_csv", "generic_semicolon", "lightning_metrics"],
  ...["hf_trainer_state", "ms_swift_logging", "mmengine_scalars", "mmcv_legacy_log", "detectron2_metrics", "deit_log"],
  ...[
    "fairseq2_train",
    "maxtext_metrics",
    "torchtune_disk_jsonl",
    "timm_summary",
    "ultralytics_results",
    "yolov5_results",
  ],
  ...["tensorboard_tfevents", "wandb_offline", "mlflow_filestore"],
  ...["keras_csvlogger", "nanogpt", "megatron_lm", "diffusers", "kohya", "openrlhf"],
  ...["ms_swift_v4", "megatron_deepspeed", "gpt_neox", "deepspeed", "nemo", "torchtitan", "nanochat", "modded_nanogpt"],
  ...["llmc_main", "llmc_stdout", "litgpt", "torchtune_disk", "torchtune_stderr", "xtuner_v1", "paddlenlp", "olmo"],
  ...["olmo_core", "colossalai", "maxtext", "easylm", "levanter", "mlx_lm", "mlx_lm_ui", "verl", "fairseq_json"],
  ...["fairseq_simple", "fairseq2", "lightning_tqdm", "keras_progbar", "timm_train", "mmengine", "mmengine_iter"],
  ...["mmcv_legacy", "detectron2", "ultralytics", "pytorch_imagenet", "pytorch_examples", "metriclogger", "fastai"],
  ...["ignite", "accelerate", "espnet2", "speechbrain", "xgboost", "lightgbm", "catboost", "sklearn"],
];

if (!samplesAreHere) process.stderr.write("skipped: no samples of log formats beside the repository\n");

describe.skipIf(!samplesAreHere)("samples of real formats", () => {
  const scores: string[] = [];

  test.each(SUPPORTED)("%s gives every expected point and no other value", (name) => {
    const { wrong, missing, toldMaxSteps } = scoreSample(name);
    expect({ wrong, missing, toldMaxSteps }).toEqual({ wrong: [], missing: [], toldMaxSteps: true });
  });

  test("the other formats do not break the reader", () => {
    for (const name of samplesAreHere ? sampleNames() : []) {
      const { right, wrong, missing } = scoreSample(name);
      const all = right + wrong.length + missing.length;
      scores.push(`${name.padEnd(28)} ${right}/${all}${SUPPORTED.includes(name) ? "" : "  (not required)"}`);
    }
    expect(scores.length).toBeGreaterThan(SUPPORTED.length);
  });

  afterAll(() => {
    process.stdout.write(`${scores.join("\n")}\n`);
  });
});
