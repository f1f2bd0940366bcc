import { basename, extname } from "node:path";
import { fileKind, mlflowPlace } from "./sources/index.ts";

/** By the end of a log's name; anything else is what a trainer prints. */
const RANKS: Record<string, number> = { ".jsonl": 20, ".json": 20, ".csv": 15, ".tsv": 15 };
const PRINTED = 10;
const TRAINER_STATE = 30;
/** What a logger keeps: every value with its step, but what a program chose to hand it. */
const MLFLOW = 24;
const WANDB = 22;
/** TensorBoard's numbers have the precision of 32 bits. */
const TFEVENTS = 18;

/**
 * How much a log tells of its training, to choose between files of one run: a Trainer's own history, then what MLflow and W&B
 * keep, then JSON lines, TensorBoard's events, CSV, then what is printed, where numbers are rounded and steps often have to be told from a progress bar.
 */
export function sourceRank(path: string): number {
  const name = basename(path).replace(/\.gz$/i, "");
  if (name.endsWith("trainer_state.json")) return TRAINER_STATE;
  if (mlflowPlace(path)) return MLFLOW;
  const kind = fileKind(path);
  if (kind === "wandb") return WANDB;
  return kind === "tfevents" ? TFEVENTS : (RANKS[extname(name)] ?? PRINTED);
}
