import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { stepInEpoch } from "./places.ts";
import { record } from "./record.ts";

const SEG_EVALUATION = /\[EVAL\] #Images: \d{1,9} (?=[A-Za-z]\w{0,20}: )/;
const OCR_METRIC = /\bINFO: cur metric, (?=\w{1,40}: )/;
const DETECTION = /\bEpoch: \[(\d{1,9})\] \[ {0,8}(\d{1,15})\/(\d{1,15})\] (?=learning_rate: )/;

const SEG_TRAINING = /\[TRAIN\] (?=epoch: \d{1,9}, iter: \d{1,15}\/\d{1,15}, )/;
const OCR_TRAINING = /\bINFO: (?=epoch: \[\d{1,9}\/\d{1,9}\], (?:global_step|iter): \d)/;

/**
 * Paddle's vision suites. PaddleSeg: `[TRAIN] epoch: 1, iter: 20/500, loss: 2.0859, …`, an `iter` of the whole run, and `[EVAL]
 * #Images: 76 mIoU: 0.4021 Acc: 0.8123`; PaddleOCR: `epoch: [1/2], global_step: 100, lr: 0.000005, loss: 69.37, …` and `cur metric,
 * acc: 0.8211, …`. Evaluations belong to the last step. PaddleDetection counts from 0 in each epoch: `Epoch: [0] [  20/1000]
 * learning_rate: 0.000600 loss: 4.51 …`.
 */
export const paddle: Dialect = {
  mayRead: ({ text }) => text.includes("poch: ") || text.includes("[EVAL]") || text.includes("cur metric"),
  read(line, { places }) {
    const { text } = line;
    const evaluation = SEG_EVALUATION.exec(text) ?? OCR_METRIC.exec(text);
    if (evaluation) {
      const pairs = scanPairs(text.slice(evaluation.index + evaluation[0].length));
      return record(line, "paddle", pairs, { kind: "eval" });
    }
    const training = SEG_TRAINING.exec(text) ?? OCR_TRAINING.exec(text);
    if (training) return record(line, "paddle", scanPairs(text.slice(training.index + training[0].length)));
    const match = DETECTION.exec(text);
    if (!match) return null;
    const { keys, fields } = scanPairs(text.slice(match.index + match[0].length));
    const [epoch, count, total] = match.slice(1, 4).map(Number) as [number, number, number];
    const pairs = { keys: ["epoch", ...keys], fields: [epoch, ...fields] };
    return record(line, "paddle", pairs, { step: stepInEpoch(places, { epoch, first: 0, count, total }) });
  },
};
