import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { openBlock } from "./places.ts";
import { record } from "./record.ts";

const COPYPASTE = /\bcopypaste: /;
const ITERATION = /(?:^|\s)iter: (\d{1,15})\s{1,8}(?=total_loss: )/;

/**
 * Detectron2: `eta: 1 day, 11:14:26  iter: 679  total_loss: 1.709  loss_cls: 0.3607  lr: 0.00033966  max_mem: 18496M`, and an
 * evaluation in three lines, task, names and values: `copypaste: Task: bbox`, `copypaste: AP,AP50`, `copypaste: 36.7,57.8`.
 * `facebookresearch/detectron2:detectron2/utils/events.py`, `evaluation/testing.py`
 */
export const detectron2: Dialect = {
  mayRead: ({ text }) => text.includes("copypaste: ") || text.includes("total_loss: "),
  read(line, { places }) {
    const { text } = line;
    const iteration = ITERATION.exec(text);
    if (iteration) {
      const pairs = scanPairs(text.slice(iteration.index + iteration[0].length));
      return record(line, "detectron2", pairs, { step: Number(iteration[1]) });
    }
    const match = COPYPASTE.exec(text);
    if (!match) return null;
    const body = text.slice(match.index + match[0].length).trim();
    if (body.startsWith("Task: ")) {
      openBlock(places, "detectron2", { text: body.slice("Task: ".length) });
      return [];
    }
    const told = places.block?.of === "detectron2" ? places.block.text : null;
    if (told === null || body.length > 200) return null;
    const [task = "", names] = told.split("|", 2);
    if (names === undefined) {
      openBlock(places, "detectron2", { text: `${task}|${body}` });
      return [];
    }
    places.block = null;
    const keys = names.split(",").map((name) => `${task}/${name}`);
    const fields = body.split(",", keys.length).map(parseNumber);
    return record(line, "detectron2", { keys, fields }, { kind: "eval" });
  },
};
