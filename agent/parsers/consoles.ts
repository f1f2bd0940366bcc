import { averages } from "./averages.ts";
import { boosters } from "./boosters.ts";
import { caffe } from "./caffe.ts";
import { composer } from "./composer.ts";
import { deepspeed } from "./deepspeed.ts";
import { detectron2 } from "./detectron2.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { epochLines } from "./epoch-lines.ts";
import { espnet } from "./espnet.ts";
import { fairseq } from "./fairseq.ts";
import { fastai } from "./fastai.ts";
import { icefall } from "./icefall.ts";
import { ignite } from "./ignite.ts";
import { keras } from "./keras.ts";
import { levanter } from "./levanter.ts";
import { litgpt } from "./litgpt.ts";
import { llmC } from "./llm-c.ts";
import { loops } from "./loops.ts";
import { marian } from "./marian.ts";
import { maxtext } from "./maxtext.ts";
import { megatronLm } from "./megatron-lm.ts";
import { mlxLm } from "./mlx-lm.ts";
import { nanochat } from "./nanochat.ts";
import { nanogpt } from "./nanogpt.ts";
import { nemo } from "./nemo.ts";
import { nnunet } from "./nnunet.ts";
import { olmo } from "./olmo.ts";
import { openMmlab } from "./openmmlab.ts";
import { paddle } from "./paddle.ts";
import { pytorchExamples } from "./pytorch-examples.ts";
import { scikitLearn } from "./scikit-learn.ts";
import { torchtitan } from "./torchtitan.ts";
import { ultralytics } from "./ultralytics.ts";
import { verl } from "./verl.ts";

/** Dialects of single programs' consoles. Each knows its own lines from their first words, so that their order hardly matters. */
export const CONSOLE_DIALECTS: readonly Dialect[] = [
  ...[torchtitan, nanochat, llmC, litgpt, olmo, levanter, maxtext, verl, nemo, fairseq, deepspeed, mlxLm, composer],
  ...[openMmlab, averages, detectron2, ultralytics, fastai, keras, ignite, espnet, paddle, caffe, pytorchExamples],
  ...[icefall, marian, nnunet, boosters, scikitLearn, epochLines, loops, megatronLm, nanogpt],
];

/** Words that one of these dialects looks for, unless the lines before have told it what to expect. */
const HINT =
  /[Ss]tep|[Ee]poch|Iter|[Tt]rain|[Tt]est|\bval |\t|^s:\d|Up\. |batch=|^\| |Progress on:|levanter|skipped=|iter time|copypaste|total_loss|GPU_mem|gpu_mem|EVAL|cur metric|solver|Acc@|Loss_D|loss scale|iteration is|loss|max depth|Validation/;

/** No program prints a longer line for people; only objects and tables are, which are read elsewhere. */
const LONGEST_CHARS = 16_384;

/** Spares most lines these dialects. Rows of tables and bare objects are never theirs, except for Levanter's. */
export function mayBeConsole({ text, isTableFile }: Line, { places }: Memory): boolean {
  if (isTableFile || text.length > LONGEST_CHARS || (text.startsWith("{") && !text.startsWith('{"tracker"')))
    return false;
  return places.block !== null || places.columns !== null || HINT.test(text);
}

/** Who prints a format of these, for telling a person. */
export const PROGRAMS = new Map<string, string>([
  ["torchtitan", "torchtitan"],
  ["nanochat", "nanochat"],
  ["llm-c", "llm.c"],
  ["litgpt", "LitGPT"],
  ["olmo", "OLMo"],
  ["levanter", "Levanter"],
  ["maxtext", "MaxText"],
  ["verl", "verl"],
  ["nemo", "NeMo"],
  ["fairseq", "fairseq"],
  ["deepspeed", "DeepSpeed"],
  ["mlx-lm", "mlx-lm"],
  ["composer", "Composer"],
  ["torchtune", "torchtune"],
  ["accelerate", "Accelerate's examples"],
  ["speechbrain", "SpeechBrain"],
  ["mmengine", "MMEngine"],
  ["mmcv-console", "MMCV 1.x"],
  ["timm", "timm"],
  ["imagenet-example", "PyTorch's ImageNet example"],
  ["metric-logger", "MetricLogger (torchvision, DETR, DeiT)"],
  ["detectron2", "Detectron2"],
  ["ultralytics", "Ultralytics"],
  ["fastai", "fastai"],
  ["keras", "Keras"],
  ["ignite", "Ignite"],
  ["espnet", "ESPnet"],
  ["paddle", "PaddlePaddle"],
  ["caffe", "Caffe"],
  ["nnunet", "nnU-Net"],
  ["icefall", "icefall"],
  ["marian", "Marian"],
  ["mnist-example", "PyTorch's MNIST example"],
  ["word-language-model", "PyTorch's language model example"],
  ["dcgan-example", "PyTorch's DCGAN example"],
  ["xgboost", "XGBoost"],
  ["lightgbm", "LightGBM"],
  ["catboost", "CatBoost"],
  ["scikit-learn", "scikit-learn"],
]);
