import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { type Pairs, record } from "./record.ts";

const HEAD = /^(\[valid\] )?Ep\. (\d{1,9}) : Up\. (\d[\d,]{0,15}) : /;
const FIELDS = new Map([
  ["Cost", "loss"],
  ["gNorm", "grad_norm"],
  ["L.r.", "lr"],
]);

/**
 * Marian: `[2021-07-17 12:54:33] Ep. 1 : Up. 14000 : Sen. 965,843 : Cost 5.20174599 : Time 359.59s : 3007.81 words/s : gNorm 1.2 :
 * L.r. 3.0e-04`, and of an evaluation `[valid] Ep. 1 : Up. 20000 : cross-entropy : 130.97 : new best`. Updates are its steps.
 * `marian-nmt/marian-dev:src/training/scheduler.h`
 */
export const marian: Dialect = {
  mayRead: ({ text }) => text.includes("Ep. ") && text.includes(" : Up. "),
  read(line) {
    const match = HEAD.exec(line.message);
    if (!match) return null;
    const [head, valid, epoch, updates = ""] = match;
    const pairs: Pairs = { keys: ["epoch"], fields: [Number(epoch)] };
    const parts = line.message.slice(head.length).split(" : ", 20);
    if (valid) {
      const [metric = "", value = ""] = parts;
      pairs.keys.push(
        metric.startsWith("cross-entropy") || metric.startsWith("ce-mean") ? "val_loss" : `valid ${metric}`,
      );
      pairs.fields.push(parseNumber(value));
    } else {
      for (const part of parts) {
        const [name = "", value = ""] = part.split(" ", 2);
        const key = FIELDS.get(name) ?? (value === "words/s" ? value : null);
        if (key === null) continue;
        pairs.keys.push(key);
        pairs.fields.push(parseNumber(key === value ? name : value));
      }
    }
    if (pairs.fields.length < 2) return null;
    return record(line, "marian", pairs, {
      step: Number(updates.replaceAll(",", "")),
      ...(valid ? { kind: "eval" } : {}),
    });
  },
};
