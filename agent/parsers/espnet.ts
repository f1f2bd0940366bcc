import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { type Places, stepAtEpochEnd, stepInOpenEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, record } from "./record.ts";

const BATCHES = /\b(\d{1,9})epoch:train:\d{1,15}-(\d{1,15})batch: /;
const RESULTS = /\b(\d{1,9})epoch results: \[train\] /;
const COUNT = /total_count=(\d{1,15})/;
const SKIPPED = new Set(["time", "total_count"]);

/**
 * ESPnet2: `1epoch:train:91-180batch: loss_ctc=515.555, acc=4.963e-04, loss=77.334, optim0_lr0=1.750e-06, …`, means over those
 * batches, and `1epoch results: [train] …, total_count=270, [valid] loss=…`, of which the valid block counts. How long an
 * epoch is shows only at its end. `espnet/espnet:espnet2/train/reporter.py`
 */
export const espnet: Dialect = {
  mayRead: ({ text }) => text.includes("epoch:train:") || text.includes("epoch results: "),
  read: (line, { places }) => readBatches(line, places) ?? readResults(line, places),
};

function readBatches(line: Line, places: Places): Reading[] | null {
  const match = BATCHES.exec(line.text);
  if (!match) return null;
  const [epoch, last] = [Number(match[1]), Number(match[2])];
  const step = stepInOpenEpoch(places, { epoch, first: 1, count: last });
  return record(line, "espnet", assignments(line.text.slice(match.index + match[0].length), epoch, ""), { step });
}

function readResults(line: Line, places: Places): Reading[] | null {
  const match = RESULTS.exec(line.text);
  if (!match) return null;
  const [epoch, body] = [Number(match[1]), line.text.slice(match.index + match[0].length)];
  const start = body.indexOf("[valid] ");
  const length = Number(COUNT.exec(start < 0 ? body : body.slice(0, start))?.[1] ?? Number.NaN);
  if (places.epoch?.number === epoch && length >= 0) places.epoch.length = length;
  if (start < 0) return [];
  const valid = body.slice(start + "[valid] ".length).split(", [", 1)[0]!;
  const step = places.epoch?.number === epoch ? stepAtEpochEnd(places) : null;
  return record(line, "espnet", assignments(valid, epoch, "valid_"), { step, kind: "eval" });
}

/** `k=v, k=v`; a duration has blanks, and is no metric. */
function assignments(text: string, epoch: number, prefix: string): Pairs {
  const pairs: Pairs = { keys: ["epoch"], fields: [epoch] };
  for (const part of text.split(", ", 200)) {
    const sign = part.indexOf("=");
    const key = part.slice(0, Math.max(0, sign)).trim();
    if (key === "" || SKIPPED.has(key)) continue;
    pairs.keys.push(prefix + (key === "lr_0" ? "lr" : key));
    pairs.fields.push(parseNumber(part.slice(sign + 1)));
  }
  return pairs;
}
