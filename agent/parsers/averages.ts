import { canonicalName, METRIC, parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { type Places, stepAtEpochEnd, stepInEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, record } from "./record.ts";

/**
 * `value (average)`, with a counter that restarts each epoch:
 *
 * - timm: `Train: 0 [  50/1251 (  4%)]  Loss: 6.94 (6.95)  Time: 0.353s, …`; an evaluation's last line has its averages.
 *   `huggingface/pytorch-image-models:train.py`
 * - PyTorch's ImageNet example, tabs between: `Epoch: [0][  11/5005]	Time  0.350 ( 1.234)	Loss 7.0123e+00 (6.99e+00)`.
 *   `pytorch/examples:imagenet/main.py`
 * - MetricLogger of torchvision, DETR, DeiT, MAE, two blanks between: `Epoch: [0]  [1480/1504]  lr: 0.000026  loss: 1.08 (1.13)`,
 *   a median and the epoch's mean. `facebookresearch/deit:utils.py`
 *
 * Their `Test:` lines are running means; the result is ` * Acc@1 78.8 Acc@5 94.4` and belongs to the epoch's end.
 */
export const averages: Dialect = {
  leavesOut: [METRIC.evalLoss],
  mayRead: ({ text }) =>
    text.includes("Epoch: [") || text.includes("Train: ") || text.includes("Test") || text.includes("* Acc@"),
  read(line, { places }) {
    const { text } = line;
    return (
      readTimm(line, places) ??
      readTimmTest(line, places) ??
      readPosition(line, places) ??
      readResult(line, places) ??
      (RUNNING.test(text) ? [] : null)
    );
  },
};

const RUNNING = /(?:^|\] )Test: {1,2}\[ {0,8}\d{1,9}\/\d{1,9}\]|(?:^|\] )Averaged stats: /;

/** A line of timm is shorter than this. */
const MAX_CHARS = 2000;
const TIMM = /^Train: (\d{1,9}) \[ {0,8}(\d{1,15})\/(\d{1,15}) {1,3}\( {0,3}\d{1,3}%\)\] {1,4}(?=Loss: )/;
const TIMM_TEST = /^Test(?: \((EMA)\))?: \[ {0,8}(\d{1,15})\/(\d{1,15})\] {1,4}(?=Time: )/;
const NUMBER = String.raw`[+-]?(?:\d[\d.]{0,30}(?:e[+-]\d{1,3})?|nan|inf)`;
const AVERAGED = new RegExp(
  String.raw`([A-Za-z][\w@/.-]{0,40}):? {1,12}(${NUMBER})s?(?![\w.])(?: ?\( {0,12}(${NUMBER})\))?`,
  "gi",
);

function readTimm(line: Line, places: Places): Reading[] | null {
  const match = TIMM.exec(line.message);
  if (!match) return null;
  const [head, epoch, count, total] = match.map(String);
  const pairs = withEpoch(epoch!, averagedPairs(line.message.slice(head!.length, MAX_CHARS)));
  const place = { epoch: Number(epoch), first: 0, count: Number(count), total: Number(total) };
  return record(line, "timm", pairs, { step: stepInEpoch(places, place) });
}

/** The last batch counts, and of it the averages. A second evaluation, of averaged weights, has names of its own. */
function readTimmTest(line: Line, places: Places): Reading[] | null {
  const match = TIMM_TEST.exec(line.message);
  if (!match) return null;
  if (match[2] !== match[3]) return [];
  const pairs: Pairs = { keys: [], fields: [] };
  const prefix = match[1] ? "eval_ema/" : "";
  for (const [, key = "", , average] of line.message.slice(match[0].length, MAX_CHARS).matchAll(AVERAGED)) {
    if (average === undefined || key === "Time") continue;
    pairs.keys.push(key === "Loss" ? (prefix ? `${prefix}loss` : "val_loss") : prefix + key);
    pairs.fields.push(parseNumber(average));
  }
  return record(line, "timm", withLastEpoch(places, pairs), { step: stepAtEpochEnd(places), kind: "eval" });
}

const POSITION =
  /(?:^|[\s\]])Epoch: \[(\d{1,9})\](?:\[ {0,8}(\d{1,15})\/(\d{1,15})\]\t| {2}\[ {0,8}(\d{1,15})\/(\d{1,15})\] {2})/;

function readPosition(line: Line, places: Places): Reading[] | null {
  const match = POSITION.exec(line.text);
  if (!match) return null;
  const isTabbed = match[2] !== undefined;
  const [epoch = "", count, total] = isTabbed ? match.slice(1, 4) : [match[1], match[4], match[5]];
  const rest = line.text.slice(match.index + match[0].length);
  const pairs = withEpoch(epoch, fieldsOf(rest, isTabbed ? "\t" : "  "));
  const place = { epoch: Number(epoch), first: 0, count: Number(count), total: Number(total) };
  const format = isTabbed ? "imagenet-example" : "metric-logger";
  return pairs.keys.length > 1 ? record(line, format, pairs, { step: stepInEpoch(places, place) }) : null;
}

const FIELD =
  /^([A-Za-z][\w@/.]{0,40}(?: (?!nan|inf)[A-Za-z]\w{0,20})?):? {1,12}(\S{1,30})(?: \( {0,12}(\S{1,30})\))?$/;

/** `max mem: 51710`, `loss: 6.90 (6.91)`, `Acc@1   0.39 (  0.39)`. */
function fieldsOf(text: string, separator: string): Pairs {
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of text.split(separator, 100)) {
    const [, key, value = "", average] = FIELD.exec(part.trim()) ?? [];
    if (key === undefined || key === "eta") continue;
    addAveraged(pairs, key, value, average);
  }
  return pairs;
}

function averagedPairs(text: string): Pairs {
  const pairs: Pairs = { keys: [], fields: [] };
  for (const [, key = "", value = "", average] of text.matchAll(AVERAGED)) addAveraged(pairs, key, value, average);
  return pairs;
}

function addAveraged({ keys, fields }: Pairs, key: string, value: string, average: string | undefined): void {
  keys.push(key);
  fields.push(parseNumber(value));
  if (average === undefined) return;
  keys.push(`${canonicalName(key) ?? key}_avg`);
  fields.push(parseNumber(average));
}

const RESULT =
  /^(?:\[\d\d:[\d:.]{4,20}\] )? ?\* {1,2}(Acc@1 {1,4}\S{1,20}(?: {1,4}[A-Za-z]\S{0,20} {1,4}\S{1,20}){0,8})\s*$/;

function readResult(line: Line, places: Places): Reading[] | null {
  const words = RESULT.exec(line.text)?.[1]?.trim().split(/ +/);
  if (!words) return null;
  const pairs: Pairs = { keys: [], fields: [] };
  for (let i = 0; i + 1 < words.length; i += 2) {
    const key = words[i]!;
    pairs.keys.push(canonicalName(key) === METRIC.trainLoss ? "val_loss" : `eval_${key}`);
    pairs.fields.push(parseNumber(words[i + 1]!));
  }
  const format = pairs.keys.includes("val_loss") ? "metric-logger" : "imagenet-example";
  return record(line, format, withLastEpoch(places, pairs), { step: stepAtEpochEnd(places), kind: "eval" });
}

const withEpoch = (epoch: string, { keys, fields }: Pairs): Pairs => ({
  keys: ["epoch", ...keys],
  fields: [Number(epoch), ...fields],
});

const withLastEpoch = ({ epoch }: Places, pairs: Pairs): Pairs =>
  epoch ? withEpoch(String(epoch.number), pairs) : pairs;
