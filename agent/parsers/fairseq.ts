import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { scanLiteral } from "./literal.ts";
import { stepAtEpochEnd, stepInEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { asEpochAverage, type Pairs, record } from "./record.ts";

const TAG = /^(train_inner|train|valid\w{0,20}|test\w{0,20}) \| /;
const INNER = /^(?:\| )?epoch (\d{1,9})(?::\s|\s)\s{0,12}(\d{1,15}) \/ (\d{1,15}) /;
const EPOCH = /^(?:\| )?epoch (\d{1,9}) \| /;
const STEP = "num_updates";
const SUBSET = /\bvalid on '/;

/**
 * fairseq. `… | INFO | train_inner | {"loss": "21.229", "num_updates": "10", …}` with `--log-format json`, or `… | train_inner |
 * epoch 001:  110 / 23251 loss=13.482, num_updates=100, …` with `simple`; at the end of an epoch `valid | epoch 001 | valid on
 * 'valid' subset | loss 8.301 | …` and `train | …` with the epoch's averages, which keep their names. Old releases print no
 * logger head. `facebookresearch/fairseq:fairseq/logging/progress_bar.py`
 */
export const fairseq: Dialect = {
  mayRead: ({ text }) => text.includes("| epoch ") || text.includes("| train") || text.includes("| valid"),
  read(line, { places }) {
    const text = line.message;
    const tag = TAG.exec(text);
    const body = tag ? text.slice(tag[0].length) : text;
    const kind = tag?.[1] ?? (SUBSET.test(body) ? "valid" : "train_inner");
    if (tag && body.startsWith('{"')) return readJson(line, kind, body);
    const inner = INNER.exec(body);
    if (inner) {
      const [head, epoch = "", count, total] = inner;
      const pairs = withEpoch(epoch, scanPairs(body.slice(head.length)));
      if (!pairs.keys.includes("wps")) return null;
      const place = { epoch: Number(epoch), first: 1, count: Number(count), total: Number(total) };
      const step = stepInEpoch(places, place);
      return record(line, "fairseq", pairs, pairs.keys.includes(STEP) ? {} : { step });
    }
    const epoch = EPOCH.exec(body);
    if (!epoch) return null;
    const pairs = withEpoch(epoch[1]!, wordPairs(body.slice(epoch[0].length)));
    if (!pairs.keys.some((key) => key === "ppl" || key === "wps" || key.endsWith("loss"))) return null;
    const step = pairs.keys.includes(STEP) ? {} : { step: stepAtEpochEnd(places) };
    if (kind !== "train") return record(line, "fairseq", pairs, { ...step, isEvaluation: kind !== "train_inner" });
    const keys = pairs.keys.map((key) => (key.endsWith("_loss") ? `train_${key}` : key));
    return asEpochAverage(record(line, "fairseq", { keys, fields: pairs.fields }, step));
  },
};

function readJson(line: Line, kind: string, body: string): Reading[] | null {
  const literal = scanLiteral(body, 0);
  if (!literal) return null;
  if (kind === "train_inner") return record(line, "fairseq", literal);
  const { keys, fields } = literal;
  const steps = keys.findIndex((key) => key.endsWith(STEP));
  const step = steps < 0 ? null : Number(fields[steps]);
  const pairs = { keys: keys.filter((_, i) => i !== steps), fields: fields.filter((_, i) => i !== steps) };
  return kind === "train"
    ? record(line, "fairseq", pairs, { step, isRaw: true, kind: "other" })
    : record(line, "fairseq", pairs, { step, isEvaluation: true });
}

/** `loss 8.301 | nll_loss 7.154`: the value is the last word. */
function wordPairs(body: string): Pairs {
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of body.split("|", 200)) {
    const field = part.trim();
    const blank = field.lastIndexOf(" ");
    const value = blank > 0 ? parseNumber(field.slice(blank + 1)) : null;
    if (value === null) continue;
    pairs.keys.push(field.slice(0, blank));
    pairs.fields.push(value);
  }
  return pairs;
}

const withEpoch = (epoch: string, { keys, fields }: Pairs): Pairs => ({
  keys: ["epoch", ...keys],
  fields: [Number(epoch), ...fields],
});
