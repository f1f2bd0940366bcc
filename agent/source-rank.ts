import { basename, extname } from "node:path";

/** By the end of a log's name; anything else is what a trainer prints. */
const RANKS: Record<string, number> = { ".jsonl": 20, ".csv": 15 };
const PRINTED = 10;
const TRAINER_STATE = 30;

/**
 * How much a log tells of its training, to choose between files of one run: a Trainer's own history, then JSON lines, then
 * CSV, then what is printed, where numbers are rounded and steps often have to be told from a progress bar.
 */
export function sourceRank(path: string): number {
  return basename(path) === "trainer_state.json" ? TRAINER_STATE : (RANKS[extname(path)] ?? PRINTED);
}
