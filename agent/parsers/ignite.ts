import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { openBlock, type Places, stepAtEpochEnd, stepInEpoch } from "./places.ts";
import type { Reading } from "./reading.ts";
import { asEpochAverage, type Pairs, record } from "./record.ts";

const BAR =
  /Epoch \[(\d{1,9})\/\d{1,9}\]:? \[(\d{1,15})\/(\d{1,15})\] {0,4}\d{1,3}%\|[^|]{0,400}\|?\s{0,4}, ([^[\]]{1,300}) \[/;
const OLDER = /^Epoch\[(\d{1,9})\] Iteration\[(\d{1,15})\/(\d{1,15})\] (?=Loss: )/;
const RESULTS = /^(Training|Validation) Results - Epoch: (\d{1,9})\s{1,8}(?=Avg )/;

/**
 * PyTorch-Ignite. Its bar has the metrics before the clock: `Epoch [1/2]: [468/937]  50%|███   , loss=1.51 [00:06<00:06]`. Its
 * examples print `Validation Results - Epoch: 1 Avg accuracy: 0.94 Avg loss: 0.21` and, older, `Epoch[3] Iteration[100/937] Loss:
 * 0.12`. `pytorch/ignite:ignite/handlers/tqdm_logger.py`, `examples/mnist/`
 */
export const ignite: Dialect = {
  mayRead: ({ text }) => text.includes("Epoch") && (text.includes("[") || text.includes("Results - ")),
  read(line, { places }) {
    const bar = BAR.exec(line.text);
    if (bar) return readCount(line, places, bar, postfixPairs(bar[4]!));
    const older = OLDER.exec(line.message);
    if (older) return readCount(line, places, older, scanPairs(line.message.slice(older[0].length)));
    return readResults(line, places);
  },
};

function readCount(line: Line, places: Places, match: RegExpExecArray, pairs: Pairs): Reading[] | null {
  const [epoch, count, total] = match.slice(1, 4).map(Number) as [number, number, number];
  const keyed = { keys: ["epoch", ...pairs.keys], fields: [epoch, ...pairs.fields] };
  // Some examples count on over the epochs.
  const step = count > total ? count : stepInEpoch(places, { epoch, first: 1, count, total });
  // A bar that closes is drawn once more.
  const told = match[4]?.slice(0, 100) ?? "";
  if (places.block?.of === "ignite" && places.block.step === step && places.block.text === told) return [];
  openBlock(places, "ignite", { step, text: told });
  const readings = record(line, "ignite", keyed, { step });
  return readings?.some(({ values }) => values.length > 1) ? readings : null;
}

function postfixPairs(postfix: string): Pairs {
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of postfix.split(",", 100)) {
    const sign = part.indexOf("=");
    if (sign <= 0) continue;
    pairs.keys.push(part.slice(0, sign).trim());
    pairs.fields.push(parseNumber(part.slice(sign + 1)));
  }
  return pairs;
}

/** The training set's results are of the final weights, another series than the running loss. */
function readResults(line: Line, places: Places): Reading[] | null {
  const match = RESULTS.exec(line.message);
  if (!match) return null;
  const prefix = match[1] === "Training" ? "train_results_" : "eval_";
  const { keys, fields } = scanPairs(line.message.slice(match[0].length));
  const pairs = {
    keys: ["epoch", ...keys.map((key) => prefix + key.replace(/^Avg /, ""))],
    fields: [Number(match[2]), ...fields],
  };
  const step = places.epoch?.number === Number(match[2]) ? stepAtEpochEnd(places) : null;
  const readings = record(line, "ignite", pairs, { step });
  return match[1] === "Training" ? asEpochAverage(readings, "train_results_loss") : readings;
}
