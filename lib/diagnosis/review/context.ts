import type { Hyperparameters } from "./config.ts";
import type { ReviewFacts } from "./facts.ts";

/** What kind of training a run is: the same value is usual in one and a fault in another (DIAGNOSIS.md §6.1). */
export type TrainingKind = "pretrain" | "full_ft" | "lora" | "rl" | "other" | "unknown";
export type OptimizerFamily = "adam" | "adamw" | "sgd" | "lion" | "muon" | "adafactor" | "other";
export type Precision = "fp32" | "bf16" | "fp16";

export type ReviewContext = {
  kind: TrainingKind;
  /** Only an adapter is trained: in `lora` always, in `rl` perhaps. */
  adapter: boolean;
  optimizer: OptimizerFamily | null;
  /** Of the model, as counted by the trainer or estimated from its shape; null when nothing told it. */
  parameters: number | null;
  transformer: boolean;
  precision: Precision | null;
};

/** A first loss this close to ln V is that of a model that knows nothing yet. */
const FRESH_WITHIN = 0.15;
/** Fewer trainable parameters than this share are an adapter's. */
const ADAPTER_SHARE = 0.2;

export function contextOf(hp: Hyperparameters, facts: Pick<ReviewFacts, "firstLoss">): ReviewContext {
  const adapter = trainsAdapter(hp);
  return {
    kind: kindOf(hp, facts, adapter),
    adapter,
    // Megatron-LM calls AdamW adam.
    optimizer: hp.optimizer === "adam" && hp.tensorParallel !== null ? "adamw" : familyOf(hp.optimizer),
    parameters: parametersOf(hp),
    transformer: hp.heads !== null || hp.sequenceLength !== null || hp.baseModel !== null || (hp.vocabSize ?? 0) > 0,
    precision: precisionOf(hp),
  };
}

function kindOf(hp: Hyperparameters, facts: Pick<ReviewFacts, "firstLoss">, adapter: boolean): TrainingKind {
  const declared = STAGES[hp.stage ?? ""];
  if (declared === "rl" || (declared === undefined && isReinforcement(hp))) return "rl";
  if (adapter) return "lora";
  if (declared === "pretrain" || hp.initFrom === "scratch" || startsFresh(hp, facts)) return "pretrain";
  if (hp.finetuning === "full" || hp.finetuning === "freeze" || declared === "full_ft") return "full_ft";
  if (hp.baseModel !== null || hp.initFrom?.startsWith("gpt2")) return "full_ft";
  return hp.classes !== null || hp.imageSize !== null ? "other" : "unknown";
}

/** Stages as LLaMA-Factory and others declare them. */
const STAGES: Record<string, TrainingKind> = {
  pt: "pretrain",
  pretrain: "pretrain",
  pretraining: "pretrain",
  sft: "full_ft",
  rm: "rl",
  ppo: "rl",
  dpo: "rl",
  kto: "rl",
  grpo: "rl",
};

function isReinforcement(hp: Hyperparameters): boolean {
  return (
    (hp.reinforcement !== null && hp.reinforcement !== "false") ||
    hp.klCoefficient !== null ||
    hp.generations !== null ||
    hp.reward !== null
  );
}

function trainsAdapter(hp: Hyperparameters): boolean {
  if (hp.finetuning === "full" || hp.finetuning === "freeze" || hp.usesPeft === false) return false;
  if (hp.usesPeft || hp.loraRank !== null || /lora|dora|adapter/.test(hp.finetuning ?? "")) return true;
  return hp.trainable !== null && hp.parameters !== null && hp.trainable < ADAPTER_SHARE * hp.parameters;
}

function startsFresh({ vocabSize }: Hyperparameters, { firstLoss }: Pick<ReviewFacts, "firstLoss">): boolean {
  if (vocabSize === null || vocabSize < 32 || firstLoss === null) return false;
  const ignorance = Math.log(vocabSize);
  return Math.abs(firstLoss - ignorance) <= FRESH_WITHIN * ignorance;
}

function familyOf(optimizer: string | null): OptimizerFamily | null {
  if (optimizer === null) return null;
  if (/muon/.test(optimizer)) return "muon";
  if (/lion/.test(optimizer)) return "lion";
  if (/adafactor/.test(optimizer)) return "adafactor";
  // Apex's and DeepSpeed's fused ones decouple their decay.
  if (/adam_?w|distributed.*adam|fusedadam|cpuadam/.test(optimizer)) return "adamw";
  if (/adam/.test(optimizer)) return "adam";
  return /sgd|momentum/.test(optimizer) ? "sgd" : "other";
}

/** Counted, else about 12·layers·width² and the embedding. */
function parametersOf({ parameters, layers, hiddenSize, vocabSize }: Hyperparameters): number | null {
  if (parameters !== null && parameters >= 1) return parameters;
  if (layers === null || hiddenSize === null) return null;
  return 12 * layers * hiddenSize ** 2 + (vocabSize ?? 0) * hiddenSize;
}

export function precisionOf({ fp16, bf16, precision }: Hyperparameters): Precision | null {
  if (bf16) return "bf16";
  if (fp16) return "fp16";
  if (precision !== null) {
    if (/bf16|bfloat16/.test(precision)) return "bf16";
    if (/fp16|float16|^16/.test(precision)) return "fp16";
    if (/fp32|float32|^32|^no$|^float$/.test(precision)) return "fp32";
  }
  return fp16 === false && bf16 === false ? "fp32" : null;
}
