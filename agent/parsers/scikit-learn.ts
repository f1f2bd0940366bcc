import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { scanPairs } from "./key-value.ts";
import { openBlock, openColumns, type Places } from "./places.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, pairsOf, record } from "./record.ts";

/**
 * What scikit-learn's estimators print with `verbose`; steps begin anew with every fit.
 *
 * - gradient boosting: a header `Iter  Train Loss  Remaining Time` and rows of numbers below it. `sklearn/ensemble/_gb.py`
 * - neural networks: `Iteration 1, loss = 2.30`, then `Validation score: 0.91`. `neural_network/_multilayer_perceptron.py`
 * - histogram boosting: `[1/100] 1 tree, 31 leaves, max depth = 7, train loss: 0.123, val loss: 0.234, in 0.012s`.
 * - linear models: `-- Epoch 1`, then `Norm: 5.40, NNZs: 20, Bias: -1.0, T: 100, Avg. loss: 1.234`. `linear_model/_sgd_fast.pyx.tp`
 */
export const scikitLearn: Dialect = {
  mayRead: ({ text }, { places }) =>
    places.columns?.of === "scikit-learn" ||
    text.includes("Iter") ||
    text.includes("-- Epoch") ||
    text.includes("Avg. loss") ||
    text.includes("max depth") ||
    text.includes("Validation score"),
  read: (line, { places }) =>
    readTable(line, places) ?? readIteration(line, places) ?? readTrees(line) ?? readLinear(line, places),
};

const HEADER = /^\s{0,12}Iter\s{1,12}Train Loss(\s{1,12}OOB Improve)?\s{1,12}Remaining Time\s*$/;
const ROW = /^\s{0,12}(\d{1,9})\s{1,16}(\S{1,20})(?:\s{1,16}(\S{1,20}))?\s{1,16}[\d.]{1,12}[smh]\s*$/;

function readTable(line: Line, places: Places): Reading[] | null {
  const header = HEADER.exec(line.message);
  if (header) {
    openColumns(places, "scikit-learn", header[1] ? ["OOB Improve"] : [], []);
    return [];
  }
  const [, step, loss, improvement] = places.columns?.of === "scikit-learn" ? (ROW.exec(line.message) ?? []) : [];
  if (loss === undefined) return null;
  const pairs = pairsOf([
    ["loss", loss],
    ["OOB Improve", improvement],
  ]);
  return record(line, "scikit-learn", pairs, { step: Number(step) });
}

const ITERATION = /^Iteration (\d{1,9}), loss = (-?\d{1,12}\.\d{8}|nan|inf)$/;
const SCORE = /^Validation score: (\d\.\d{6}|nan)$/;

function readIteration(line: Line, places: Places): Reading[] | null {
  const [, step, loss] = ITERATION.exec(line.message) ?? [];
  if (loss !== undefined) {
    openBlock(places, "scikit-learn", { step: Number(step) });
    return record(line, "scikit-learn", pairsOf([["loss", loss]]), { step: Number(step) });
  }
  const score = places.block?.of === "scikit-learn" ? SCORE.exec(line.message)?.[1] : undefined;
  if (score === undefined) return null;
  return record(line, "scikit-learn", pairsOf([["Validation score", score]]), {
    step: places.block?.step ?? null,
    kind: "eval",
  });
}

const TREES =
  /^\[(\d{1,9})\/(\d{1,9})\] \d{1,9} trees?, \d{1,9} leaves.{0,30}, max depth = \d{1,9}, (?=train loss: |train score: )/;

function readTrees(line: Line): Reading[] | null {
  const match = TREES.exec(line.message);
  if (!match) return null;
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of line.message.slice(match[0].length).split(", ", 8)) {
    const [key = "", value] = part.split(": ", 2);
    if (value === undefined) continue;
    pairs.keys.push(key);
    pairs.fields.push(parseNumber(value));
  }
  return record(line, "scikit-learn", pairs, { step: Number(match[1]), maxSteps: Number(match[2]) });
}

const EPOCH = /^-- Epoch (\d{1,9})$/;
const LINEAR = /^Norm: \S{1,20}, NNZs: \d{1,12}, Bias: /;
const AVERAGE = /, Avg\. loss: (\S{1,30})\s*$/;

function readLinear(line: Line, places: Places): Reading[] | null {
  const epoch = EPOCH.exec(line.message)?.[1];
  if (epoch !== undefined) {
    openBlock(places, "scikit-learn-epoch", { step: Number(epoch) });
    return [];
  }
  const loss = AVERAGE.exec(line.message);
  if (!loss || places.block?.of !== "scikit-learn-epoch" || !LINEAR.test(line.message)) return null;
  const { keys, fields } = scanPairs(line.message.slice(0, loss.index));
  const pairs = { keys: ["loss", ...keys], fields: [parseNumber(loss[1]!), ...fields] };
  return record(line, "scikit-learn", pairs, { step: places.block.step });
}
