import type { Dialect } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { stepAtEpochEnd, stepInEpoch } from "./places.ts";
import { record } from "./record.ts";

/** `Epoch(train)  [1][  50/2931]  `, `Iter(val) [2000/2000]    `, and of MMCV 1.x `Epoch [1][50/5808]<tab>`, `Iter [50/80000]<tab>`, with blanks where a terminal has been copied from. */
const POSITION =
  /\b(Epoch|Iter)(?:\((train|val|test)\))? {1,4}\[ {0,12}(\d{1,15})(?:\/(\d{1,15}))?\](?:\[ {0,12}(\d{1,15})(?:\/(\d{1,15}))?\])?(?:\t| {2})/;

/**
 * MMEngine and MMCV 1.x (mmdetection, mmsegmentation, XTuner 0.x …). The bracket of an evaluation counts batches, so that it is
 * placed at the end of its epoch, or at the training's last step; its lines with an `eta` are progress and no record.
 * `open-mmlab/mmengine:mmengine/runner/log_processor.py`, `open-mmlab/mmcv:mmcv/runner/hooks/logger/text.py`
 */
export const openMmlab: Dialect = {
  mayRead: ({ text }) => text.includes("Epoch") || text.includes("Iter"),
  read(line, { places }) {
    const match = POSITION.exec(line.text);
    if (!match) return null;
    const [head, unit, part, first = "", firstOf, second, secondOf] = match;
    const isLegacy = part === undefined || head.endsWith("\t");
    const { keys, fields } = scanPairs(line.text.slice(match.index + head.length));
    const kept = keys.map((key) => !key.endsWith("copypaste"));
    const pairs = { keys: keys.filter((_, i) => kept[i]), fields: fields.filter((_, i) => kept[i]) };
    const isEpochs = unit === "Epoch";
    if (isEpochs) {
      pairs.keys.unshift("epoch");
      pairs.fields.unshift(Number(first));
    }
    const format = isLegacy ? "mmcv-console" : "mmengine";
    if (part === "val" || part === "test") {
      if (keys.includes("eta") || pairs.keys.length < 2) return [];
      return record(line, format, pairs, { step: isEpochs ? stepAtEpochEnd(places) : null, kind: "eval" });
    }
    if (!isEpochs) {
      return record(line, format, pairs, {
        step: Number(first),
        maxSteps: firstOf === undefined ? null : Number(firstOf),
      });
    }
    if (second === undefined || secondOf === undefined) return null;
    const place = { epoch: Number(first), first: 1, count: Number(second), total: Number(secondOf) };
    return record(line, format, pairs, { step: stepInEpoch(places, place) });
  },
};
