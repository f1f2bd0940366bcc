import { METRIC, parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openBlock } from "./places.ts";
import { type Pairs, record } from "./record.ts";

const TRAINING = /^Training epoch (\d{1,9}), iteration \d{1,15}\/\d{1,15} \| /;
const LOSS = "val_loss";

/**
 * NeMo 2: `Training epoch 0, iteration 120/149 | lr: 3e-05 | global_step: 120 | reduced_train_loss: 1.233 | val_loss: 4.106`.
 * The evaluation's loss stays on every line until the next one: it is taken when it changes.
 * `NVIDIA/NeMo:nemo/lightning/pytorch/callbacks/progress_printer.py`
 */
export const nemo: Dialect = {
  leavesOut: [METRIC.evalLoss],
  mayRead: ({ text }) => text.includes("Training epoch "),
  read(line, { places }) {
    const match = TRAINING.exec(line.message);
    if (!match) return null;
    const pairs: Pairs = { keys: ["epoch"], fields: [Number(match[1])] };
    for (const part of line.message.slice(match[0].length).split(" | ", 200)) {
      const colon = part.lastIndexOf(": ");
      if (colon <= 0) continue;
      const key = part.slice(0, colon).trim();
      const text = part.slice(colon + 2).trim();
      if (key === LOSS && places.block?.of === "nemo" && places.block.text === text) continue;
      if (key === LOSS) openBlock(places, "nemo", { text });
      pairs.keys.push(key);
      pairs.fields.push(parseNumber(text));
    }
    return pairs.keys.length > 1 ? record(line, "nemo", pairs) : null;
  },
};
