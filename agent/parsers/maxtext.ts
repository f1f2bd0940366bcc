import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { record } from "./record.ts";

const STEP = /\bcompleted (?:profiler activation\/deactivation )?step: (\d{1,15}),? /;
const EVALUATION = /\bCompleted eval after train step (\d{1,15}),? /;

/**
 * MaxText: `completed step: 2, seconds: 0.215, TFLOP/s/device: 477.762, …, loss: 11.412`, steps from 0, and `Completed eval
 * after train step 5, loss=10.688, …`, whose values are named `eval_…` here. `Completed eval step:` lines are running means of
 * one evaluation and no record. `AI-Hypercomputer/maxtext:src/maxtext/common/metric_logger.py`
 */
export const maxtext: Dialect = {
  mayRead: ({ text }) => text.includes("ompleted ") && text.includes("step"),
  read(line) {
    const { text } = line;
    if (text.includes("Completed eval step:")) return [];
    const evaluation = EVALUATION.exec(text);
    const match = evaluation ?? STEP.exec(text);
    if (!match) return null;
    const { keys, fields } = scanPairs(text.slice(match.index + match[0].length));
    const names = evaluation ? keys.map((key) => `eval_${key}`) : keys;
    return record(line, "maxtext", { keys: names, fields }, { step: Number(match[1]) });
  },
};
