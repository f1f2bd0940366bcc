import { canonicalName, isStepKey, METRIC } from "#lib/protocol/index.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { isNoRecord, scanPairs } from "./key-value.ts";
import { type EpochCount, openBlock, type Places, stepAtEpochEnd, stepInEpoch, stepInOpenEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { asEpochAverage, type Pairs, pairsOf, record } from "./record.ts";

/**
 * Loops written by hand, after the words that tutorials use: `Epoch [1/10], Step [100/600], Loss: 0.34`, `Epoch: 001/010 | Batch
 * 0000/0468 | Loss: 2.30`, `[1,  2000] loss: 2.173`, or one line an epoch, `Epoch 1/10, Loss: 0.52, Val Loss: 0.44`, also below a
 * line `Epoch: 01 | …`. A bracket of samples, `loss: 2.303494  [   64/60000]`, is no count of steps.
 * `yunjey/pytorch-tutorial`, `pytorch/tutorials:beginner_source/`, `bentrevett/pytorch-sentiment-analysis`
 */
export const loops: Dialect = {
  mayRead: ({ text }) => text.includes("poch") || text.includes("oss: "),
  read: (line, memory) =>
    readPosition(line, memory) ??
    readPair(line, memory.places) ??
    readBelowHeader(line, memory) ??
    readSamples(line, memory.places),
};

const EPOCH =
  /^(?:Train(?:ing)?:? )?\[?Epoch[:=]?\s{0,4}[[#]?\s{0,4}(\d{1,6})(?:\s?(?:\/|of)\s{0,4}\d{1,6})?\]?(?![\w.%])/i;
const PART =
  /^(?:[\s,|:;-]{1,6}(Batch|Step|Iter(?:ation)?)s?:?\s{0,3})?[[(]?\s{0,6}(\d{1,15})(?:\s?\/\s{0,6}(\d{1,15}))?[\])]?(?![\w.%/])/i;

function readPosition(line: Line, { places, steps }: Memory): Reading[] | null {
  const text = line.message;
  const head = EPOCH.exec(text);
  if (!head || isNoRecord(text)) return null;
  const epoch = Number(head[1]);
  const first = Math.min(epoch, 1);
  const rest = text.slice(head[0].length);
  const part = /^[\s,|:;-]{0,6}(?:\[|\(|batch|step|iter)/i.test(rest) ? PART.exec(rest) : null;
  const { keys, fields } = scanPairs(part ? rest.slice(part[0].length) : rest);
  if (keys.some(isStepKey)) return null;
  if (!hasLoss({ keys, fields })) {
    if (!part && places.block?.of !== "loop") openBlock(places, "epoch", { epoch });
    return null;
  }
  const pairs = { keys: ["epoch", ...keys], fields: [epoch, ...fields] };
  if (!part) return readEpoch(line, pairs, epoch, places, steps);
  const [, word, count, total] = part;
  if (total !== undefined) {
    const step = stepOf(places, { epoch, first, count: Number(count), total: Number(total) }, steps.last);
    const isWhole = places.block?.text === WHOLE;
    return record(line, "loop", pairs, { step, maxSteps: isWhole ? Number(total) : null });
  }
  // A step or an iteration without a total counts on over the epochs, as pairs do.
  if (word?.toLowerCase() !== "batch") return null;
  return record(line, "loop", pairs, {
    step: stepInOpenEpoch(places, { epoch, first, count: Number(count) }),
    stepIsEpoch: true,
  });
}

/** Most loops count anew in each epoch. One that goes on past the count of the epoch before counts the whole run. */
function stepOf(places: Places, place: EpochCount, last: number | null): number | null {
  const { epoch, count, total } = place;
  const seen = places.block?.of === "loop" ? places.block : null;
  const before = seen === null && epoch > 1 ? last : seen?.epoch === epoch - 1 ? seen.step : null;
  const isWhole = count > total || (before !== null && count > before) || seen?.text === WHOLE;
  openBlock(places, "loop", { step: count, epoch, text: isWhole ? WHOLE : "" });
  return isWhole ? count : stepInEpoch(places, place);
}

const WHOLE = "whole run";

/** A line an epoch is the record, unless the steps inside the epoch have told their losses already. */
function readEpoch(line: Line, pairs: Pairs, epoch: number, places: Places, steps: Memory["steps"]): Reading[] | null {
  const isCounted = steps.last !== null && (steps.source === "printed" || steps.source === "bar");
  if (places.epoch === null && !isCounted) {
    // An evaluation beside a bar is where the bar stands.
    const isPlaced = steps.bar !== null && !pairs.keys.some((key) => canonicalName(key) === METRIC.trainLoss);
    return record(line, "loop", pairs, isPlaced ? {} : { step: epoch, stepIsEpoch: true });
  }
  const step = places.epoch?.number === epoch ? stepAtEpochEnd(places) : null;
  return asEpochAverage(record(line, "loop", pairs, { step }));
}

const PAIR = /^\[(\d{1,6}),\s{1,8}(\d{1,15})\]\s{1,4}(?=(?:train )?loss: )/;

function readPair(line: Line, places: Places): Reading[] | null {
  const match = PAIR.exec(line.text);
  if (!match) return null;
  const epoch = Number(match[1]);
  const { keys, fields } = scanPairs(line.text.slice(match[0].length));
  if (!hasLoss({ keys, fields })) return null;
  const step = stepInOpenEpoch(places, { epoch, first: 1, count: Number(match[2]) });
  const pairs = { keys: ["epoch", ...keys], fields: [epoch, ...fields] };
  return record(line, "loop", pairs, { step, stepIsEpoch: true });
}

const BELOW = /^\s{0,8}(?:Train|Training|Val|Valid|Validation|Test)\.? Loss: /;

function readBelowHeader(line: Line, { places, steps }: Memory): Reading[] | null {
  const epoch = headerEpoch(places);
  if (epoch === null || !BELOW.test(line.message)) return null;
  const { keys, fields } = scanPairs(line.message.trim());
  const pairs = { keys: ["epoch", ...keys], fields: [epoch, ...fields] };
  return hasLoss(pairs) ? readEpoch(line, pairs, epoch, places, steps) : null;
}

const SAMPLES = /^loss: (\S{1,40})\s{1,4}\[\s{0,8}(\d{1,15})\/\s{0,8}\d{1,15}\]\s*$/;
const TEST = /^\s?Accuracy: (\d{1,3}\.\d)%, Avg loss: (\S{1,40})\s*$/;

function readSamples(line: Line, places: Places): Reading[] | null {
  const [, loss, samples] = SAMPLES.exec(line.message) ?? [];
  const [, accuracy, testLoss] = loss === undefined ? (TEST.exec(line.message) ?? []) : [];
  if (loss === undefined && testLoss === undefined) return null;
  const epoch = headerEpoch(places);
  const pairs = pairsOf([
    ["epoch", epoch === null ? undefined : String(epoch)],
    ["loss", loss],
    ["samples_seen", samples],
    ["val_loss", testLoss],
    ["eval_accuracy", accuracy],
  ]);
  return record(line, "loop", pairs);
}

/** Of a line `Epoch 3` or `Epoch 3/10` above. */
const headerEpoch = ({ block }: Places): number | null =>
  block?.of === "epoch" || block?.of === "keras" ? block.epoch : null;

const hasLoss = ({ keys, fields }: Pairs): boolean =>
  keys.some((key, i) => {
    const name = canonicalName(key);
    return (name === METRIC.trainLoss || name === METRIC.evalLoss) && typeof fields[i] === "number";
  });
