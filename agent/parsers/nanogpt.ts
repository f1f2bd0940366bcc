import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { readPairs } from "./reading.ts";

const ITERATION = /^iter (\d{1,15}): loss (\S+), time (\S+)ms(?:, mfu (\S+)%)?\s*$/;
const EVALUATION = /^step (\d{1,15}): train loss (\S+), val loss (\S+)\s*$/;

/**
 * nanoGPT: `iter 10: loss 9.2617, time 1384.51ms, mfu 41.07%` and `step 2000: train loss 3.45, val loss 3.46`. The train loss
 * of the second is an estimate in evaluation mode, another series than the first's.
 */
export const nanogpt: Dialect = {
  mayRead: ({ text }) => text.includes("iter ") || text.includes(": train loss "),
  read({ message, head }) {
    const iteration = ITERATION.exec(message);
    const evaluation = iteration ? null : EVALUATION.exec(message);
    const match = iteration ?? evaluation;
    if (!match) return null;
    const keys = iteration ? ["step", "loss", "time", "mfu"] : ["step", "train_loss_eval", "val_loss"];
    const fields = match.slice(1).map((text) => (text === undefined ? null : parseNumber(text)));
    const reading = readPairs("nanogpt", keys, fields);
    if (!reading) return null;
    reading.at = head.at;
    reading.rank = head.rank;
    return [reading];
  },
};
