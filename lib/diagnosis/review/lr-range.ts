import type { TrainingKind } from "./context.ts";

/** The peak learning rates that are usual for Adam-type optimisers (DIAGNOSIS.md §6.2). */
export type RateRange = {
  low: number;
  high: number;
  /** The default rule's own range; it is meant for full fine-tuning. */
  article: { low: number; high: number };
  source: string;
};

const ARTICLE = { low: 1e-5, high: 5e-5 };

const FULL = "HF, TRL, LLaMA-Factory and torchtune defaults and examples";
const LORA = "LLaMA-Factory, axolotl and torchtune examples; Thinking Machines 2025, LoRA Without Regret";
const SMALL = "nanoGPT, train.py";
const MEDIUM = "OLMo 2, arXiv 2501.00656 §3";
const LARGE = "BLOOM, bigscience train/lessons-learned.md";
const PREFERENCE = "TRL defaults for DPO and GRPO; TRL docs, lora_without_regret";
const SCRATCH = "sweeps of small networks, measured";

/** Below this many parameters a model stands a rate of 3e-3. */
const TINY = 50e6;

/**
 * The range that the peak rate of a run is usually in.
 *
 * @param context its `optimizer` tells whether the table applies: null counts as Adam, the usual one
 * @returns null where nothing is usual: an unknown kind of training, or an optimiser with a scale of its own
 */
export function usualRange(context: {
  kind: TrainingKind;
  adapter: boolean;
  optimizer: string | null;
  parameters: number | null;
}): RateRange | null {
  const { kind, adapter, optimizer, parameters } = context;
  if (optimizer !== null && optimizer !== "adam" && optimizer !== "adamw") return null;
  switch (kind) {
    case "full_ft":
      return range(5e-6, 5e-5, FULL);
    case "lora":
      return range(5e-5, 5e-4, LORA);
    case "rl":
      // With an adapter about 1e-5: half a decade to either side.
      return adapter ? range(3e-6, 3e-5, PREFERENCE) : range(1e-7, 5e-6, PREFERENCE);
    case "pretrain":
      return pretraining(parameters);
    case "other":
      return range(1e-4, 1e-2, SCRATCH);
    default:
      return null;
  }
}

/** The sizes between two rows of the table have the range of both; an unknown size has that of all. */
function pretraining(parameters: number | null): RateRange {
  if (parameters === null) return range(5e-5, 3e-3, `${SMALL}; ${MEDIUM}; ${LARGE}`);
  if (parameters < TINY) return range(3e-4, 3e-3, SMALL);
  if (parameters <= 1e9) return range(3e-4, 1e-3, SMALL);
  if (parameters <= 13e9) return range(1e-4, 5e-4, MEDIUM);
  return parameters <= 30e9 ? range(5e-5, 5e-4, `${MEDIUM}; ${LARGE}`) : range(5e-5, 2e-4, LARGE);
}

const range = (low: number, high: number, source: string): RateRange => ({ low, high, article: ARTICLE, source });
