import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { openBlock } from "./places.ts";
import { record } from "./record.ts";

const STEP = /^(validate )?step:\s{0,20}(\d{1,15})\s{1,20}loss:/;

/**
 * torchtitan: `step:  4  loss:  7.62585  grad_norm: 26.6250  memory: 66.91GiB(37.51%)  tps: 10,050 …` and `validate step: 30
 * loss: …`. Without LOG_RANK every rank prints the same step and nothing tells them apart: the first one counts.
 * `pytorch/torchtitan:torchtitan/components/metrics.py`
 */
export const torchtitan: Dialect = {
  mayRead: ({ text }) => text.includes("step:") && text.includes("loss:"),
  read(line, { places }) {
    const match = STEP.exec(line.message);
    if (!match) return null;
    const isEvaluation = match[1] !== undefined;
    const step = Number(match[2]);
    const of = isEvaluation ? "torchtitan-validate" : "torchtitan";
    if (line.head.rank === null && places.block?.of === of && places.block.step === step) return [];
    openBlock(places, of, { step });
    return record(line, "torchtitan", scanPairs(line.message), { isEvaluation, step });
  },
};
