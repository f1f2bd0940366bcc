import { expect, test } from "vitest";
import { readText } from "./testing.ts";

/** Lines as the programs write them; sources stand in `json-programs.ts` and `hash-table.ts`. */
const rows = (text: string, path = "scalars.json"): [number, object][] =>
  readText(text, path).points.map(({ step, values }) => [step, Object.fromEntries(values)]);

test("MMEngine: an evaluation whose step is an epoch belongs to the iteration that training has come to", () => {
  const text = `{"lr": 0.02, "data_time": 0.1, "loss": 1.5, "time": 0.5, "epoch": 1, "iter": 50, "step": 50}
{"coco/bbox_mAP": 0.369, "data_time": 0.0018, "time": 0.0503, "step": 1}
{"lr": 0.02, "data_time": 0.1, "loss": 1.25, "time": 0.5, "epoch": 2, "iter": 100, "step": 100}
{"coco/bbox_mAP": 0.4, "data_time": 0.0018, "time": 0.0503, "step": 100}
`;
  const maps = rows(text).filter(([, values]) => "coco/bbox_mAP" in values);
  expect(maps.map(([step]) => step)).toEqual([50, 100]);
});

test("MMCV: iterations that begin again in each epoch follow each other", () => {
  const line = (epoch: number, iter: number, mode = "train"): string =>
    `{"mode": "${mode}", "epoch": ${epoch}, "iter": ${iter}, "lr": 0.01, "loss": 1.5, "time": 0.5}\n`;
  const text = [line(1, 50), line(1, 100), line(1, 5000, "val"), line(2, 50), line(2, 100), line(3, 50)].join("");
  expect(rows(text).map(([step]) => step)).toEqual([50, 100, 100, 150, 200, 250]);
});

test("DeiT: the epoch is the step of a line that tells of a whole epoch, and of no other line", () => {
  expect(
    rows('{"train_lr": 1e-05, "train_loss": 3.2, "test_acc1": 78.8, "epoch": 249, "n_parameters": 1}\n', "log.txt"),
  ).toEqual([[249, { "train/loss": 3.2, learning_rate: 1e-5, test_acc1: 78.8, epoch: 249, n_parameters: 1 }]]);
  const [row] = rows(
    '{"train_loss": 3.2, "epoch": 2, "batch": 17}\n{"train_loss": 3.1, "epoch": 2, "batch": 18}\n',
    "log.txt",
  );
  expect(row?.[0]).toBe(1);
});

test("Keras: lists of a history are its epochs, and lists of other lengths are not", () => {
  expect(rows('{"loss": [2.5, NaN], "val_loss": [2.0, 1.5], "accuracy": [0.25, 0.5]}', "history.json")).toEqual([
    [0, { "train/loss": 2.5, "eval/loss": 2, accuracy: 0.25 }],
    [1, { "train/loss": Number.NaN, "eval/loss": 1.5, accuracy: 0.5 }],
  ]);
  expect(rows('{"betas": [0.9, 0.95], "shapes": [1, 2, 3], "name": "loss"}', "history.json")).toEqual([]);
});

test("Ray Tune: results without the trial's settings", () => {
  const line =
    '{"training_iteration": 3, "episode_reward_mean": 12.5, "timestamp": 1700000000, "time_total_s": 3.2, "config": {"lr": 0.1}}\n';
  expect(rows(line, "result.json")).toEqual([[3, { episode_reward_mean: 12.5 }]]);
});

test("a table under a header with '#' is read, remarks and numbers of another width are not", () => {
  const text = `#  step      rmse_val    rmse_trn         lr
# If there is no available reference data, rmse_*_{val,trn} will print nan
      0      2.02e+01    1.51e+01    1.0e-03
    100      1.33e+01         nan    1.0e-03
    200      1.33e+01
`;
  expect(rows(text, "lcurve.out")).toEqual([
    [0, { rmse_val: 20.2, rmse_trn: 15.1, learning_rate: 0.001 }],
    [100, { rmse_val: 13.3, rmse_trn: Number.NaN, learning_rate: 0.001 }],
  ]);
  expect(rows("# step by step guide\n1 2 3 4\n", "notes.txt")).toEqual([]);
});

test("in a file of evaluations alone a metric says which set it is of", () => {
  expect(rows("iter\tLogloss\tAUC\n0\t0.66\t0.7\n", "test_error.tsv")).toEqual([
    [0, { "test/Logloss": 0.66, "test/AUC": 0.7 }],
  ]);
  expect(rows('{"Step": 5, "NLL Loss": 2.5, "Accuracy": 0.5}\n', "valid.jsonl")).toEqual([
    [5, { "eval/loss": 2.5, "valid/Accuracy": 0.5 }],
  ]);
});

test.each(['"data_time"', '"mode" "iter"', '"train_loss" "epoch"', '"training_iteration"'])(
  "a long line with %s over and over costs no more than its length",
  (words) => {
    const started = performance.now();
    expect(rows(`{${words.repeat(Math.floor(65_000 / words.length))}\n`)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(500);
  },
);
