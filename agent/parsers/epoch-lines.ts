import type { Dialect, Line } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { scanLiteral } from "./literal.ts";
import type { Reading } from "./reading.ts";
import { pairsOf, record } from "./record.ts";

/**
 * Scripts that print one line an epoch and no step.
 *
 * - Accelerate's examples: `epoch 0: {'accuracy': 0.83, 'f1': 0.88}`, and `epoch 2: 87.50`, an accuracy in percent.
 *   `huggingface/accelerate:examples/nlp_example.py`, `cv_example.py`
 * - SpeechBrain: `epoch: 1, lr: 1.00e+00 - train loss: 3.85 - valid loss: 2.71, valid WER: 62.31`, and at the end `Epoch loaded:
 *   2 - test loss: 1.08`. `speechbrain/speechbrain:speechbrain/utils/train_logger.py`
 */
export const epochLines: Dialect = {
  mayRead: ({ text }) => text.includes("poch"),
  read: (line) => readAccelerate(line) ?? readSpeechBrain(line),
};

const ACCELERATE = /^epoch (\d{1,9}): (?:(?=\{')|(\d{1,3}\.\d\d)$)/;
const SPEECHBRAIN = /^epoch: (\d{1,9}), lr: \S{1,40} - (?=train loss: )/;
const LOADED = /^Epoch loaded: (\d{1,9}) - (?=test loss: )/;

function readAccelerate(line: Line): Reading[] | null {
  const match = ACCELERATE.exec(line.message);
  if (!match) return null;
  const [head, epoch, accuracy] = match;
  if (accuracy !== undefined) {
    const pairs = pairsOf([
      ["epoch", epoch],
      ["accuracy", accuracy],
    ]);
    return record(line, "accelerate", pairs);
  }
  const literal = scanLiteral(line.message, head.length);
  // With a step or a loss of its own it is a record like any other.
  if (!literal || literal.keys.some((key) => /loss|step/.test(key))) return null;
  const pairs = { keys: ["epoch", ...literal.keys], fields: [Number(epoch), ...literal.fields] };
  const readings = record(line, "accelerate", pairs);
  return readings?.some(({ values }) => values.length > 1) ? readings : null;
}

function readSpeechBrain(line: Line): Reading[] | null {
  const text = line.message;
  const loaded = LOADED.exec(text);
  const match = loaded ?? SPEECHBRAIN.exec(text);
  if (!match) return null;
  const epoch = Number(match[1]);
  if (!loaded) return record(line, "speechbrain", scanPairs(text), { step: epoch, stepIsEpoch: true });
  const { keys, fields } = scanPairs(text.slice(match[0].length));
  const pairs = { keys: ["epoch", ...keys], fields: [epoch, ...fields] };
  return record(line, "speechbrain", pairs, { step: epoch, stepIsEpoch: true, kind: "eval" });
}
