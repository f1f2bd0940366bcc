import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { openBlock } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, record } from "./record.ts";

/**
 * Gradient boosting, a round a line, whose metrics keep the names of their data sets:
 *
 * - XGBoost, rounds from 0: `[1]<tab>train-rmse:0.41234<tab>eval-rmse:0.43210`, `mean+std` in cross-validation.
 *   `dmlc/xgboost:python-package/xgboost/callback.py`
 * - LightGBM, from 1: `[1]<tab>training's l2: 0.244<tab>valid_1's l2: 0.245`, `mean + std`. After `best iteration is:` the next
 *   line repeats an old round. `microsoft/LightGBM:python-package/lightgbm/callback.py`
 * - CatBoost, from 0: `100:<tab>learn: 0.1697219<tab>test: 0.1530068<tab>best: 0.1530068 (100)<tab>total: 3.7s`.
 */
export const boosters: Dialect = {
  mayRead: ({ text }) => text.includes("\t") || text.includes("est iteration is"),
  read(line, { places }) {
    if (BEST.test(line.text)) {
      openBlock(places, "best-iteration");
      return [];
    }
    const isRepeat = places.block?.of === "best-iteration";
    const readings = readRound(line) ?? readCatBoost(line);
    if (isRepeat) places.block = null;
    return readings && isRepeat ? [] : readings;
  },
};

const BEST = /\b(?:Early stopping, b|Did not meet early stopping\. B)est iteration is:\s*$/;
const ROUND = /(?:^|\s)\[(\d{1,9})\]\t(?=[^\t]{1,120}:)/;
const XGBOOST_KEY = /^[\w.@/ -]{1,80}-[\w.@:/-]{1,80}$/;
const LIGHTGBM = /^([^\t:]{1,80}'s [^\t:]{1,80}): (\S{1,30})(?: \+ (\S{1,30}))?$/;

function readRound(line: Line): Reading[] | null {
  const match = ROUND.exec(line.text);
  if (!match) return null;
  const pairs: Pairs = { keys: [], fields: [] };
  let format = "";
  for (const part of line.text.slice(match.index + match[0].length).split("\t", 100)) {
    const lightgbm = LIGHTGBM.exec(part);
    const field = lightgbm ?? xgboostField(part);
    if (!field) continue;
    format = lightgbm ? "lightgbm" : "xgboost";
    const [, key = "", value = "", deviation] = field;
    add(pairs, key, value);
    if (deviation !== undefined) add(pairs, `${key}_std`, deviation);
  }
  return format ? asRound(record(line, format, pairs, { step: Number(match[1]), kind: "train" })) : null;
}

/** `eval-ndcg@5:0.43210`, `test-rmse:0.35000+0.01000`: the value is behind the last colon. */
function xgboostField(part: string): string[] | null {
  const colon = part.lastIndexOf(":");
  const key = part.slice(0, Math.max(0, colon));
  if (part.length > 250 || !XGBOOST_KEY.test(key)) return null;
  const value = part.slice(colon + 1);
  const plus = /\d\+/.exec(value);
  return plus ? [part, key, value.slice(0, plus.index + 1), value.slice(plus.index + 2)] : [part, key, value];
}

const CATBOOST = /^(\d{1,9}):\t(?=learn: |test: )/;
const SCORE = /^(learn|test\d{0,2}|best): (\S{1,30})(?: \(\d{1,9}\))?$/;

function readCatBoost(line: Line): Reading[] | null {
  const match = CATBOOST.exec(line.message);
  if (!match) return null;
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of line.message.slice(match[0].length).split("\t", 40)) {
    const [, key, value = ""] = SCORE.exec(part) ?? [];
    if (key !== undefined) add(pairs, key, value);
  }
  return asRound(record(line, "catboost", pairs, { step: Number(match[1]), kind: "train" }));
}

function add({ keys, fields }: Pairs, key: string, value: string): void {
  keys.push(key);
  fields.push(parseNumber(value));
}

/** The number in brackets is a round, not the rank that a launcher would print there. */
const asRound = (readings: Reading[] | null): Reading[] | null =>
  readings?.map((reading) => ({ ...reading, rank: null })) ?? null;
