import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openBlock } from "./places.ts";
import { pairsOf, record } from "./record.ts";

const SOLVER = /solver\.cpp:\d{1,5}\]\s{1,8}(?=Iteration |Test net output |Train net output )/;
const LOSS = /^Iteration (\d{1,15})(?: \([^)]{1,60}\))?, (loss|lr) = (\S{1,40})/;
const TESTING = /^Iteration (\d{1,15}), Testing net \(#\d{1,3}\)/;
const OUTPUT = /^Test net output #\d{1,3}: ([\w/.-]{1,80}) = (\S{1,40})/;

/**
 * Caffe behind glog's head: `… solver.cpp:218] Iteration 100 (2.4 iter/s, 41s/100 iters), loss = 2.3`, `… sgd_solver.cpp:105]
 * Iteration 100, lr = 0.01`, and under `Iteration 500, Testing net (#0)` lines as `Test net output #0: accuracy = 0.91`.
 * `BVLC/caffe:src/caffe/solver.cpp`
 */
export const caffe: Dialect = {
  mayRead: ({ text }) => text.includes("solver.cpp:"),
  read(line, { places }) {
    const head = SOLVER.exec(line.text);
    if (!head) return null;
    const text = line.text.slice(head.index + head[0].length);
    const [, step, key = "", value] = LOSS.exec(text) ?? [];
    if (value !== undefined) return record(line, "caffe", pairsOf([[key, value]]), { step: Number(step) });
    const testing = TESTING.exec(text);
    if (testing) {
      openBlock(places, "caffe", { step: Number(testing[1]) });
      return [];
    }
    const [, name = "", result] = OUTPUT.exec(text) ?? [];
    if (result === undefined || places.block?.of !== "caffe" || parseNumber(result) === null) return [];
    const pairs = pairsOf([[name === "loss" ? "val_loss" : `test_${name}`, result]]);
    return record(line, "caffe", pairs, { step: places.block.step, kind: "eval" });
  },
};
