import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { openBlock, type Places, stepAtEpochEnd, stepInEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, pairsOf, record } from "./record.ts";

/**
 * Examples that many scripts began as. `pytorch/examples:mnist/main.py`, `word_language_model/main.py`, `dcgan/main.py`
 *
 * - MNIST: `Train Epoch: 1 [640/60000 (1%)]<tab>Loss: 1.735241`, a bracket of samples, so that steps are told by the order of
 *   lines; `Test set: Average loss: 0.0474, Accuracy: 9845/10000 (98%)`.
 * - language model: `| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 12.34 | loss  7.64 | ppl  2080.98`, `| end of epoch   1
 *   | … | valid loss  5.51 |`, `| End of training | test loss  4.99 |`.
 * - DCGAN: `[0/25][1/1583] Loss_D: 1.7410 Loss_G: 4.7761 D(x): 0.5343 D(G(z)): 0.5771 / 0.0136`.
 * - apex amp's `Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 16384.0`.
 */
export const pytorchExamples: Dialect = {
  mayRead: ({ text }) => /Train Epoch: |Test set: |^\s?\| |\] Loss_D: |reducing loss scale/.test(text),
  read: (line, { places }) =>
    readMnist(line, places) ?? readLanguageModel(line, places) ?? readGan(line, places) ?? readOverflow(line),
};

const MNIST = /^Train Epoch: (\d{1,9}) \[(\d{1,15})\/\d{1,15} \( {0,3}\d{1,3}%\)\]\s{1,4}Loss: (\S{1,40})\s*$/;
const MNIST_TEST = /^Test set: Average loss: (\S{1,40}), Accuracy: \d{1,15}\/\d{1,15} \((\d{1,3}(?:\.\d{1,6})?)%\)\s*$/;

function readMnist(line: Line, places: Places): Reading[] | null {
  const [, epoch, samples, loss] = MNIST.exec(line.message) ?? [];
  if (loss !== undefined) {
    openBlock(places, "mnist", { epoch: Number(epoch) });
    const pairs = pairsOf([
      ["epoch", epoch],
      ["loss", loss],
      ["samples_seen", samples],
    ]);
    return record(line, "mnist-example", pairs);
  }
  const [, testLoss, accuracy] = MNIST_TEST.exec(line.message) ?? [];
  if (testLoss === undefined) return null;
  const known = places.block?.of === "mnist" ? places.block.epoch : null;
  const pairs = pairsOf([
    ["epoch", known === null ? undefined : String(known)],
    ["val_loss", testLoss.replace(/,$/, "")],
    ["eval_accuracy", accuracy],
  ]);
  return record(line, "mnist-example", pairs);
}

const BATCHES = /^\| epoch {1,6}(\d{1,9}) \| {0,12}(\d{1,15})\/ {0,12}(\d{1,15}) batches \| /;
const EPOCH_END = /^\| end of epoch {1,6}(\d{1,9}) \| /;
const TRAINING_END = /^\| End of training \| /;
const WORDS = /^(\w[\w/ ]{0,30}?) {1,6}(\S{1,40})$/;

function readLanguageModel(line: Line, places: Places): Reading[] | null {
  const text = line.message.trimStart();
  const batches = BATCHES.exec(text);
  if (batches) {
    const [epoch, count, total] = batches.slice(1, 4).map(Number) as [number, number, number];
    const pairs = barred(text.slice(batches[0].length), epoch);
    const step = stepInEpoch(places, { epoch, first: 1, count, total });
    return record(line, "word-language-model", pairs, { step });
  }
  const end = EPOCH_END.exec(text);
  if (end) {
    const pairs = barred(text.slice(end[0].length), Number(end[1]));
    return record(line, "word-language-model", pairs, { step: stepAtEpochEnd(places), kind: "eval" });
  }
  const final = TRAINING_END.exec(text);
  if (!final) return null;
  const step = stepAtEpochEnd(places);
  return record(line, "word-language-model", barred(text.slice(final[0].length), null), { step, kind: "eval" });
}

/** `lr 20.00 | ms/batch 12.34 | loss  7.64`: the value is the last word; `time: 40.12s` is no metric. */
function barred(text: string, epoch: number | null): Pairs {
  const pairs: Pairs = epoch === null ? { keys: [], fields: [] } : { keys: ["epoch"], fields: [epoch] };
  for (const part of text.split("|", 40)) {
    const [, key, value = ""] = WORDS.exec(part.trim()) ?? [];
    if (key === undefined) continue;
    pairs.keys.push(key);
    pairs.fields.push(parseNumber(value));
  }
  return pairs;
}

const GAN = /^\[(\d{1,9})\/\d{1,9}\]\[(\d{1,15})\/(\d{1,15})\]\s{1,4}(?=Loss_D: )/;
const GAN_PAIR = /(?:^|\s)([A-Z][\w()]{0,20}): (\S{1,40})/g;

function readGan(line: Line, places: Places): Reading[] | null {
  const match = GAN.exec(line.text);
  if (!match) return null;
  const [epoch, count, total] = match.slice(1, 4).map(Number) as [number, number, number];
  const pairs: Pairs = { keys: ["epoch"], fields: [epoch] };
  for (const [, key = "", value = ""] of line.text.slice(match[0].length, 1000).matchAll(GAN_PAIR)) {
    pairs.keys.push(key);
    pairs.fields.push(parseNumber(value));
  }
  const step = stepInEpoch(places, { epoch, first: 0, count, total });
  return record(line, "dcgan-example", pairs, { step, kind: "train" });
}

const OVERFLOW = /^Gradient overflow\. {1,2}Skipping step, loss scaler \d{1,3} reducing loss scale to (\S{1,40})$/;

function readOverflow(line: Line): Reading[] | null {
  const scale = OVERFLOW.exec(line.message)?.[1];
  return scale === undefined ? null : record(line, "apex", pairsOf([["loss_scale", scale]]), { kind: "other" });
}
