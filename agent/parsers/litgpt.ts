import type { Dialect } from "./dialect.ts";
import { pairsOf, record } from "./record.ts";

const ITERATION =
  /^Epoch (\d{1,9}) \| iter (\d{1,15}) step (\d{1,15}) \| loss train: (\S{1,40}), val: \S{1,40} \| iter time: (\S{1,40}) ms/;
const EVALUATION = /^iter (\d{1,15}): val loss (\S{1,40}), val time: (\S{1,40}) ms/;
const FINAL = /^Final evaluation \| val loss: (\S{1,40}) \| val ppl: (\S{1,40})/;

/**
 * LitGPT: `Epoch 1 | iter 2 step 1 | loss train: 1.660, val: n/a | iter time: 548.72 ms (step)`. The step is `iter`, a
 * micro-step, as in its own CSV. `val:` there is the last evaluation's value once more: measured is only what
 * `iter 6: val loss 1.61, …` and `Final evaluation` say. `Lightning-AI/litgpt:litgpt/pretrain.py`, `litgpt/finetune/`
 */
export const litgpt: Dialect = {
  mayRead: ({ text }) => text.includes("val loss") || text.includes("| loss train: "),
  read(line) {
    const text = line.message;
    const iteration = ITERATION.exec(text);
    if (iteration) {
      const [, epoch, step, optimizerStep, loss, time] = iteration;
      const pairs = pairsOf([
        ["epoch", epoch],
        ["optimizer_step", optimizerStep],
        ["loss", loss],
        ["iter_time_ms", time],
      ]);
      return record(line, "litgpt", pairs, { step: Number(step) });
    }
    const evaluation = EVALUATION.exec(text);
    if (evaluation) {
      const [, step, loss, time] = evaluation;
      const pairs = pairsOf([
        ["val_loss", loss],
        ["val_time_ms", time],
      ]);
      return record(line, "litgpt", pairs, { step: Number(step) });
    }
    const final = FINAL.exec(text);
    if (!final) return null;
    const pairs = pairsOf([
      ["val_loss", final[1]],
      ["val_ppl", final[2]],
    ]);
    return record(line, "litgpt", pairs);
  },
};
