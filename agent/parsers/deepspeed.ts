import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { record } from "./record.ts";

const OPTIMIZER = /^step=(\d{1,15}), skipped=\d/;
const TIMER = /^epoch=(\d{1,9})\/micro_step=\d{1,15}\/global_step=(\d{1,15}), /;
const PIPELINE = /^steps: (\d{1,15}) loss: \S{1,40} iter time \(s\): /;

/**
 * DeepSpeed's own lines: `step=10, skipped=6, lr=[9.6e-06, 9.6e-06], mom=[(0.9, 0.95)]` (the first group counts),
 * `epoch=0/micro_step=10/global_step=10, CurrSamplesPerSec=171.9, MemAllocated=3.96GB`, and of the pipeline engine `steps: 30
 * loss: 2.3127 iter time (s): 1.234 samples/sec: 25.932`. `deepspeedai/DeepSpeed:deepspeed/runtime/engine.py`, `utils/timer.py`,
 * `runtime/pipe/engine.py`
 */
export const deepspeed: Dialect = {
  mayRead: ({ text }) => text.includes("skipped=") || text.includes("micro_step=") || text.includes("iter time (s)"),
  read(line) {
    const text = line.message;
    const timer = TIMER.exec(text);
    if (timer) {
      const { keys, fields } = scanPairs(text.slice(timer[0].length));
      const pairs = { keys: ["epoch", ...keys], fields: [Number(timer[1]), ...fields] };
      return record(line, "deepspeed", pairs, { step: Number(timer[2]) });
    }
    const match = OPTIMIZER.exec(text) ?? PIPELINE.exec(text);
    return match && record(line, "deepspeed", scanPairs(text), { step: Number(match[1]) });
  },
};
