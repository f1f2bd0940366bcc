import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { stepInOpenEpoch } from "./places.ts";
import { type Pairs, record } from "./record.ts";

const BATCH =
  /\bEpoch (\d{1,9}), batch (\d{1,15}), (?:global_batch_idx: (\d{1,15}), )?(?:batch size: \d{1,9}, )?loss\[([^\]]{1,800})\], tot_loss\[([^\]]{1,800})\]/;
const VALIDATION = /\bEpoch (\d{1,9}), validation: (?=[^,]{1,60}=)/;
const RANK = /\((\d{1,5})\/\d{1,5}\) Epoch /;
const RATE = /, (?:cur_)?lr: (\S{1,30}?)(?:,|\s|$)/;

/**
 * icefall (k2): `Epoch 1, batch 50, loss[ctc_loss=1.0, loss=0.90, over 2403 frames.], tot_loss[…, loss=0.93, over 477013.18 frames.],
 * batch size: 11, lr: 2.99e-03` and `Epoch 1, validation: loss=1.062, over 760000 frames.` Batches begin again in each epoch;
 * `tot_` values are means over the last batches. `k2-fsa/icefall:egs/librispeech/ASR/`
 */
export const icefall: Dialect = {
  mayRead: ({ text }) => text.includes("Epoch ") && (text.includes("loss[") || text.includes("validation: ")),
  read(line, { places }) {
    const { text } = line;
    const batch = BATCH.exec(text);
    const validation = batch ? null : VALIDATION.exec(text);
    const match = batch ?? validation;
    if (!match) return null;
    const epoch = Number(match[1]);
    const pairs: Pairs = { keys: ["epoch"], fields: [epoch] };
    if (validation) {
      addAssignments(pairs, text.slice(validation.index + validation[0].length), "valid_");
      return ranked(record(line, "icefall", pairs, { kind: "eval" }), text);
    }
    const [, , count, whole, own = "", total = ""] = match;
    addAssignments(pairs, own, "");
    addAssignments(pairs, total, "tot_");
    const rate = RATE.exec(text.slice(match.index + match[0].length))?.[1];
    if (rate !== undefined) {
      pairs.keys.push("lr");
      pairs.fields.push(parseNumber(rate));
    }
    const inEpoch = () => stepInOpenEpoch(places, { epoch, first: Math.min(epoch, 1), count: Number(count) });
    const step = whole === undefined ? inEpoch() : Number(whole);
    return ranked(record(line, "icefall", pairs, { step }), text);
  },
};

function addAssignments({ keys, fields }: Pairs, text: string, prefix: string): void {
  for (const part of text.split(", ", 60)) {
    const sign = part.indexOf("=");
    if (sign <= 0) continue;
    keys.push(prefix + part.slice(0, sign));
    fields.push(parseNumber(part.slice(sign + 1)));
  }
}

/** Every process prints, `(0/4)` before the line. */
function ranked(readings: ReturnType<typeof record>, text: string): ReturnType<typeof record> {
  const rank = RANK.exec(text)?.[1];
  return readings?.map((reading) => ({ ...reading, rank: rank === undefined ? reading.rank : Number(rank) })) ?? null;
}
