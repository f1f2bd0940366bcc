import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { pairsOf, record } from "./record.ts";

const EVALUATION = /^Step (\d{1,15}) \| (Validation bpb|(?:Chat)?CORE metric): (\S{1,40})$/;

const TRAINING = /^step (\d{1,15})\/(\d{1,15}) \(\d{1,3}\.\d\d%\) \| (?=loss: )/;

/**
 * nanochat: `step 00011/21400 (0.05%) | loss: 8.132099 | lrm: 1.00 | dt: 487.10ms | tok/sec: 1,076,345 | …`, whose `lrm` is a
 * multiplier of the rate; evaluations are `Step 00250 | Validation bpb: 1.190812`, bits per byte rather than a loss, and `Step
 * 00250 | CORE metric: 0.0491`. `karpathy/nanochat:scripts/base_train.py`
 */
export const nanochat: Dialect = {
  mayRead: ({ text }) => text.includes("tep ") && text.includes(" | "),
  read(line) {
    const training = TRAINING.exec(line.message);
    if (training) {
      const pairs = scanPairs(line.message.slice(training[0].length));
      return record(line, "nanochat", pairs, { step: Number(training[1]), maxSteps: Number(training[2]) });
    }
    const [, step, name = "", value] = EVALUATION.exec(line.message) ?? [];
    if (value === undefined) return null;
    const key = name === "Validation bpb" ? "eval/bpb" : name;
    return record(line, "nanochat", pairsOf([[key, value]]), { step: Number(step), kind: "eval" });
  },
};
