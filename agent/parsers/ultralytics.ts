import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { openBlock, openColumns, type Places } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, record } from "./record.ts";

const HEADER = /^\s{0,12}Epoch\s{1,12}(?:GPU_mem|gpu_mem)\s{1,12}\S/;
const ROW = /^\s{0,12}(\d{1,9})\/(\d{1,9})\s{1,12}[\d.]{1,10}[GM]\s/;
const FULL = /:\s{1,4}100%/;
const BAR = /:\s{1,4}\d{1,3}%/;
const SCORES_HEADER = /^\s{0,30}(?:Class\s{1,12}Images|classes)\s{1,12}\S/;
const SCORES = /^\s{0,30}all\s{1,16}\S/;

/**
 * Ultralytics and YOLOv5. Above each epoch a header names the columns, `Epoch  GPU_mem  box_loss  cls_loss  dfl_loss  Instances
 * Size`; the row is redrawn with a bar behind it, and its losses are running means, so the full bar counts. Under `Class  Images
 * Instances  Box(P  R  mAP50  mAP50-95)` the row `all` has the evaluation. There is no total loss; the step is the epoch.
 * `ultralytics/ultralytics:ultralytics/utils/tqdm.py`, `engine/trainer.py`, `models/yolo/detect/val.py`
 */
export const ultralytics: Dialect = {
  mayRead: ({ text }, { places }) =>
    places.columns?.of === "ultralytics" || text.includes("GPU_mem") || text.includes("gpu_mem"),
  read(line, { places }) {
    const text = line.message;
    if (HEADER.test(text)) {
      const names = text.trim().split(/\s+/);
      return openColumns(places, "ultralytics", names, []) ? [] : null;
    }
    if (places.columns?.of !== "ultralytics") return null;
    if (SCORES_HEADER.test(text)) {
      const epoch = places.block?.of === "ultralytics" ? places.block.epoch : null;
      if (epoch !== null) openBlock(places, "ultralytics", { epoch, text: text.split(BAR, 1)[0]!.trim() });
      return [];
    }
    return ROW.test(text) ? readRow(line, places, places.columns.names) : readScores(line, places);
  },
};

/** Columns that are no metrics: how many objects a batch has, and the images' size. */
const COUNTED = new Set(["instances", "labels", "targets", "size", "img_size"]);

/** True for a row whose bar is one of tqdm's, as releases before 8.3.190 and YOLOv5 draw them. */
export const isUltralyticsRow = (text: string, { places }: Memory): boolean =>
  places.columns?.of === "ultralytics" && (ROW.test(text) || SCORES_HEADER.test(text));

function readRow(line: Line, places: Places, names: readonly string[]): Reading[] | null {
  if (!FULL.test(line.message)) return [];
  const [, epoch, epochs] = ROW.exec(line.message)!.map(Number);
  const cells = line.message.trim().split(/\s+/, names.length);
  const pairs: Pairs = { keys: ["epoch"], fields: [epoch!] };
  for (const [i, name] of names.entries()) {
    const cell = cells[i] ?? "";
    if (i === 0 || COUNTED.has(name.toLowerCase())) continue;
    pairs.keys.push(name === "gpu_mem" ? "GPU_mem" : name);
    pairs.fields.push(/mem$/i.test(name) ? Number.parseFloat(cell) : parseNumber(cell));
  }
  openBlock(places, "ultralytics", { epoch: epoch! });
  return record(line, "ultralytics", pairs, { step: epoch!, stepIsEpoch: true, maxSteps: epochs!, kind: "train" });
}

const METRICS = new Map([
  ["P", "precision"],
  ["R", "recall"],
  ["top1_acc", "accuracy_top1"],
  ["top5_acc", "accuracy_top5"],
]);
const GROUPS = new Map([
  ["Box", "B"],
  ["Mask", "M"],
  ["Pose", "P"],
]);

/** Named as in results.csv: `Box(P` begins the group whose first column is `metrics/precision(B)`. */
function readScores(line: Line, places: Places): Reading[] | null {
  const { block } = places;
  if (block?.of !== "ultralytics" || block.text === "" || !SCORES.test(line.message)) return null;
  places.block = null;
  const cells = line.message.trim().split(/\s+/, 40);
  const pairs: Pairs = { keys: ["epoch"], fields: [block.epoch] };
  let group = "";
  for (const [i, column] of block.text.split(/\s+/).entries()) {
    const [, opened, name = ""] = /^(?:(\w{1,20})\()?([^()]{1,40})\)?$/.exec(column) ?? [];
    if (opened !== undefined) group = `(${GROUPS.get(opened) ?? opened})`;
    if (i === 0 || name === "Images" || COUNTED.has(name.toLowerCase())) continue;
    pairs.keys.push(`metrics/${METRICS.get(name) ?? name}${group}`);
    pairs.fields.push(parseNumber(cells[i] ?? ""));
  }
  return record(line, "ultralytics", pairs, { step: block.epoch, stepIsEpoch: true, kind: "eval" });
}
