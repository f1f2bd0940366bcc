import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { type Pairs, record } from "./record.ts";

const STEP = /^step:(\d{1,15}) - (?=[^\s:]{1,200}:)/;
/** One record has 60 to 200 values. */
const MAX_PARTS = 1000;

/**
 * verl: `step:34 - actor/pg_loss:0.042 - actor/lr:2e-06 - val-core/openai/gsm8k/acc/mean@1:0.28`. Keys may have a colon, and a
 * negative value has no blank around its sign. Losses of the policy keep their names. Records that Ray has cut after 1000
 * characters are joined in joiner.ts. `volcengine/verl:verl/utils/logger/aggregate_logger.py`
 */
export const verl: Dialect = {
  mayRead: ({ text }) => text.includes("step:") && text.includes(" - "),
  read(line) {
    const match = STEP.exec(line.message);
    if (!match) return null;
    const pairs: Pairs = { keys: [], fields: [] };
    for (const part of line.message.slice(match[0].length).split(" - ", MAX_PARTS)) {
      const colon = part.lastIndexOf(":");
      const value = colon > 0 ? parseNumber(part.slice(colon + 1)) : null;
      if (value === null) continue;
      pairs.keys.push(part.slice(0, colon));
      pairs.fields.push(value);
    }
    return record(line, "verl", pairs, { step: Number(match[1]), kind: kindOf(pairs.keys) });
  },
};

/** A step of reinforcement learning is a training record although it has no loss under that name. */
const kindOf = (keys: readonly string[]) =>
  keys.some((key) => key.startsWith("actor/") || key.startsWith("train/")) ? "train" : "eval";
