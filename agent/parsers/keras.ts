import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { openBlock } from "./places.ts";
import { record } from "./record.ts";

const HEADER = /^Epoch (\d{1,9})\/(\d{1,9})\s*$/;
const CLOSED =
  /(?:^|[\s\r])(\d{1,12})\/(\d{1,12}|Unknown) (?:- |[━─]{0,80} {1,4}|\[[=>.]{0,80}\] - )\d[\w: ]{0,20}(?: - )?(?:\d{1,9}[mun]?s\/(?:step|epoch|sample) - )(?=\w[\w ]{0,60}: )/u;

/** A bar of Keras 2 whose backspaces have been lost. */
const RUNNING = /\d\/(?:\d{1,12}|Unknown) (?:\[[=>.]{1,80}\] )?- ETA: /;

/**
 * Keras: `Epoch 2/3` on a line, and below it a bar that erases itself with backspaces until the epoch ends: `157/157 ━━━━ 2s
 * 12ms/step - accuracy: 0.64 - loss: 1.124 - val_loss: 0.60`; `157/157 - 2s - 12ms/step - …` with `verbose=2`, `157/157 [====] -
 * 2s 12ms/step - …` in Keras 2. Only the closed bar is a record, at the step of its epoch; a bar without an `Epoch` line above
 * belongs to `evaluate()` and gives none. `keras-team/keras:keras/src/utils/progbar.py`
 */
export const keras: Dialect = {
  mayRead: ({ text }) => text.includes("Epoch ") || text.includes("/step - ") || text.includes(" - ETA: "),
  read(line, { places }) {
    const text = line.message;
    const header = HEADER.exec(text);
    if (header) {
      openBlock(places, "keras", { epoch: Number(header[1]), text: header[2] });
      return [];
    }
    const match = CLOSED.exec(text);
    if (!match) return RUNNING.test(text) ? [] : null;
    const epoch = places.block?.of === "keras" ? places.block.epoch : null;
    if (epoch === null || (match[1] !== match[2] && match[2] !== "Unknown")) return [];
    const { keys, fields } = scanPairs(text.slice(match.index + match[0].length));
    const epochs = Number(places.block?.text);
    places.block = null;
    return record(
      line,
      "keras",
      { keys: ["epoch", ...keys], fields: [epoch, ...fields] },
      { step: epoch, stepIsEpoch: true, maxSteps: epochs },
    );
  },
};
