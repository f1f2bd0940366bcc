import type { Dialect } from "./dialect.ts";
import { readLiterals } from "./literal-lines.ts";

/**
 * Python dicts on a line: `{'loss': 2.3, 'learning_rate': 5e-05, 'epoch': 0.1}` of Transformers 4, with quoted numbers of
 * Transformers 5, and what is built on them (TRL, Axolotl, ms-swift, OpenRLHF). The dict may follow a bar without a break, so
 * it is searched inside the line. Its step is printed only by some; see steps.ts for the others.
 */
export const hfTrainer: Dialect = {
  mayRead: ({ text }) => text.includes("{'"),
  read: (line) => readLiterals(line, "{'", formatOfDict),
};

function formatOfDict(keys: readonly string[]): string {
  if (keys.includes("global_step/max_steps")) return "ms-swift";
  return keys.includes("epoch") || keys.includes("train_runtime") ? "hf-trainer" : "python-dict";
}
