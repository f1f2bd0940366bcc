import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newLossCurve, pushLoss } from "../curve/loss-curve.ts";
import { SHARED_MISSING, trainingLog, trainings } from "../shared-data.ts";
import { newEvalSeries, pushEvalPoint } from "./evals.ts";
import { overfits, trainRecentZ } from "./overfitting.ts";

type Record = { step: number; train?: number | undefined; evaluation?: number | undefined };

/** What stands at the end, and the evaluations (from 1) after which the run was found to overfit. */
function judge(records: Iterable<Record>) {
  const curve = newLossCurve();
  const evals = newEvalSeries();
  const found: number[] = [];
  for (const { step, train, evaluation } of records) {
    if (train !== undefined) pushLoss(curve, step, train, Number.NaN);
    if (evaluation === undefined) continue;
    const level = curve.latest.at(-1) ?? Number.NaN;
    pushEvalPoint(evals, { step, value: evaluation, area: curve.area, rate: Number.NaN, train: level }, 1);
    if (overfits(evals, trainRecentZ(curve)) !== null) found.push(evals.count);
  }
  return { now: overfits(evals, trainRecentZ(curve)), found };
}

const epochs = (train: number[], evaluation: number[]): Record[] =>
  train.map((value, i) => ({ step: i + 1, train: value, evaluation: evaluation[i] }));

const falling = Array.from({ length: 20 }, (_, i) => 2 * 0.8 ** i);

test("an evaluation that has stood above its best for three checks while the train loss falls is overfitting", () => {
  const turned = falling.map((_, i) => 1 + 0.02 * Math.abs(i - 6));
  const { now, found } = judge(epochs(falling, turned));
  expect(found[0]).toBe(10);
  expect(now?.since).toEqual({ step: 7 });
  expect(now?.best).toEqual({ step: 7, value: 1 });
  expect(now?.evals).toBe(13);
  expect(now?.rise).toBeCloseTo(0.26, 10);
});

test("six epochs are enough", () => {
  expect(judge(epochs([0.44, 0.27, 0.17, 0.1, 0.06, 0.04], [0.32, 0.36, 0.42, 0.55, 0.64, 0.75])).now).not.toBeNull();
});

test("where the train loss climbs too, the run does not overfit: it fails", () => {
  const climbing = falling.map((_, i) => (i < 7 ? 2 * 0.8 ** i : 0.5 + 0.1 * i));
  expect(
    judge(
      epochs(
        climbing,
        falling.map((_, i) => 1 + 0.02 * Math.abs(i - 6)),
      ),
    ).found,
  ).toEqual([]);
});

test("a noisy plateau is none", () => {
  const noise = [
    0.3, -0.5, 0.4, 0.2, -0.9, 0.6, 0.1, 0.5, -0.2, 0.3, 0.4, -0.4, 0.5, 0.2, 0.3, -0.1, 0.4, 0.2, -0.3, 0.4,
  ];
  expect(
    judge(
      epochs(
        falling,
        noise.map((x) => 1 + 0.02 * x),
      ),
    ).found,
  ).toEqual([]);
});

test("a train loss at its floor does not end it", () => {
  const floor = Array.from({ length: 60 }, (_, i) => 0.05 + 2 * Math.exp(-i / 3));
  expect(
    judge(
      epochs(
        floor,
        floor.map((_, i) => 1 + 0.05 * Math.abs(i - 5)),
      ),
    ).now,
  ).not.toBeNull();
});

const CORPUS = new URL("../../../../shared/corpus/raw/", import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, CORPUS), "utf8");

/** Lines from which the pattern reads `train` and `evaluation`. */
const byLine = (file: string, pattern: RegExp): Record[] =>
  [...text(file).matchAll(pattern)].map(({ groups }, i) => ({
    step: i + 1,
    train: Number(groups?.train),
    evaluation: Number(groups?.evaluation),
  }));

function byColumn(file: string, trainName: string, evalName: string): Record[] {
  const [header = "", ...rows] = text(file).trim().split("\n");
  const names = header.split(",").map((name) => name.trim());
  const [train, evaluation] = [names.indexOf(trainName), names.indexOf(evalName)];
  const number = (field: string | undefined) =>
    field === undefined || field.trim() === "" ? undefined : Number(field);
  return rows.map((row, i) => {
    const fields = row.split(",");
    return { step: i + 1, train: number(fields[train]), evaluation: number(fields[evaluation]) };
  });
}

const EPOCH = /^\s*\d+\s+(?<train>[\d.]+)\s+(?<evaluation>[\d.]+)/gm;
const THREAD = /Epoch=\d+,Loss:(?<train>[\d.]+).*?Valid Loss:(?<evaluation>[\d.]+)/g;
const BOOSTING = /eval-logloss:(?<evaluation>[\d.]+)\s+train-logloss:(?<train>[\d.]+)/g;

test.skipIf(SHARED_MISSING)("published curves that overfit are found at their end, healthy ones are not", () => {
  const overfitting = {
    ga0: byColumn("algo-ga0-ogbg.csv", "train/loss", "validation/loss"),
    base0: byColumn("algo-base0-ogbg.csv", "loss", "validation/loss"),
    amos0: byColumn("algo-amos0-ogbg.csv", "train/loss", "validation/loss"),
    clr0: byColumn("algo-clr0-ogbg.csv", "train/loss", "validation/loss"),
    yolo: byColumn("yv8-batch-213.csv", "train/cls_loss", "val/cls_loss"),
    humannum51: byLine("fa-humannum-51.tsv", EPOCH),
    humannum55: byLine("fa-humannum-55.tsv", EPOCH),
    eatA: byLine("th-eat-tf2-69a.log", THREAD),
    eatB: byLine("th-eat-tf2-69b.log", THREAD),
    xgboost: byLine("th-xgboost-2777.log", BOOSTING),
  };
  const healthy = {
    resnet: byColumn("algo-amos0-resnet.csv", "loss", "validation/loss"),
    vit: byColumn("algo-amos0-vit.csv", "loss", "validation/loss"),
    fastai: byLine("fa-download-40ep.tsv", EPOCH),
    tiramisu: byLine("fa-tiramisu-29.tsv", EPOCH),
  };
  const verdicts = (curves: { [name: string]: Record[] }) =>
    Object.fromEntries(Object.entries(curves).map(([name, records]) => [name, judge(records).now !== null]));
  expect(verdicts(overfitting)).toEqual(Object.fromEntries(Object.keys(overfitting).map((name) => [name, true])));
  expect(verdicts(healthy)).toEqual({ resnet: false, vit: false, fastai: false, tiramisu: false });
});

test.skipIf(SHARED_MISSING)("of the Trainer's runs, exactly those made to overfit do, ladders' bad rungs aside", () => {
  const found = trainings()
    .filter(({ id }) => id.startsWith("overfit-") || id.startsWith("good-") || /-(?:0\.001|0\.003)$/.test(id))
    .filter((training) => {
      const records = trainingLog(training).map(({ step, values }): Record => {
        const of = new Map(values);
        return { step, train: of.get("train/loss"), evaluation: of.get("eval/loss") };
      });
      return judge(records).found.length > 0;
    });
  expect(found.map(({ id }) => id)).toEqual(["overfit-48", "overfit-96", "overfit-192"]);
});
