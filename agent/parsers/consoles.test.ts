import { describe, expect, test } from "vitest";
import { LIMITS } from "#lib/protocol/index.ts";
import { LogReader } from "./index.ts";
import { readText } from "./testing.ts";

/** Step and values of every point, NaN spelled out. */
const rows = (text: string) =>
  readText(text).points.map(({ step, values }) => [
    step,
    Object.fromEntries([...values].map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)])),
  ]);

describe("what a console prints twice or as progress is no measurement", () => {
  test.each([
    ["running means of an evaluation (MaxText)", "Completed eval step: 0, seconds: 0.101, running loss=10.700"],
    ["running means of an evaluation (imagenet)", "Test: [ 1/98]\tTime  4.100 ( 4.100)\tLoss 6.9100e+00 (6.9100e+00)"],
    ["running means of an evaluation (MetricLogger)", "Test:  [  0/98]  eta: 0:05:01  loss: 0.7012 (0.7012)"],
    ["a first batch of an evaluation (timm)", "Test: [   0/48]  Time: 2.311 (2.311)  Loss:   6.871 ( 6.871)"],
    ["the epoch's end once more (MetricLogger)", "Averaged stats: lr: 0.000026  closs: 1.0759 (1.1304)"],
    ["an evaluation's progress (MMEngine)", "Epoch(val)  [1][ 50/625]    eta: 0:00:29  time: 0.0511  memory: 502  "],
    [
      "an evaluation's bar (Levanter)",
      "Progress on:eval 4.00it/500it rate:1.9s/it remaining:15:40 elapsed:00:08 postfix:loss=3.44",
    ],
    [
      "an old round (LightGBM)",
      "Early stopping, best iteration is:\n[52]\ttraining's l2: 0.1002\tvalid_1's l2: 0.190345",
    ],
    ["a bar of evaluate() (Keras)", "313/313 ━━━━━━━━━━━━━━━━━━━━ 1s 2ms/step - accuracy: 0.9712 - loss: 0.0912"],
    [
      "a bar that is not full (Ultralytics)",
      "      Epoch    GPU_mem   box_loss       Size\n    70/1000      6.73G      1.204        640: 50% ━━━─── 8/16 2.8it/s",
    ],
    ["a heartbeat (OLMo)", "[2024-04-17 09:42:26] INFO     [olmo.train:816, rank=0] [step=1/739328]"],
    ["a clock in brackets (XGBoost)", "[10:12:01] WARNING: /workspace/src/learner.cc:742: "],
    ["a row without its header (scikit-learn)", "         1           1.2345           0.0512            1.23m "],
    ["a row without its header (fastai)", "0         6.326089                02:40    "],
    ["a score without its iteration (scikit-learn)", "Validation score: 0.912000"],
    [
      "the memory line of a GPU (llm.c)",
      "                  compute 98.1% | memory: 55.3% | fan: -1% | 1755 MHz / 1980 MHz",
    ],
    ["a learning rate that is not there (Detectron2)", "[05/17 23:21:41 d2.utils.events]:  iter: 0       lr: N/A  "],
    [
      "an overflow (DeepSpeed)",
      "[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768",
    ],
  ])("%s", (_name, text) => {
    expect(rows(text)).toEqual([]);
  });

  test("a value that stays on every line counts when it changes (NeMo)", () => {
    const line = (step: number, loss: number) =>
      `Training epoch 0, iteration ${step}/149 | global_step: ${step} | reduced_train_loss: 1.5 | val_loss: ${loss}`;
    const points = rows([line(1, 4.1), line(2, 4.1), line(3, 4.0)].join("\n"));
    expect(points.map(([, values]) => (values as Record<string, number>)["eval/loss"])).toEqual([4.1, undefined, 4]);
  });

  test("a second rank without a number does not count (torchtitan)", () => {
    const line = (step: number, tps: string) =>
      `[titan] 2026-02-24 19:46:17,508 - root - INFO - step: ${step}  loss:  7.6  tps: ${tps}`;
    expect(rows([line(4, "10,050"), line(4, "10,049"), line(5, "10,007")].join("\n"))).toEqual([
      [4, { "train/loss": 7.6, tokens_per_second: 10_050 }],
      [5, { "train/loss": 7.6, tokens_per_second: 10_007 }],
    ]);
  });
});

describe("forms of other releases", () => {
  test.each([
    "157/157 [==============================] - 2s 12ms/step - loss: 0.5 - val_loss: 0.4",
    "157/157 - 2s - 12ms/step - loss: 0.5 - val_loss: 0.4",
    "157/157 ━━━━━━━━━━━━━━━━━━━━ 2s 12ms/step - loss: 0.5 - val_loss: 0.4",
  ])("Keras: %s", (bar) => {
    expect(rows(`Epoch 2/3\n${bar}\n`)).toEqual([[2, { epoch: 2, "train/loss": 0.5, "eval/loss": 0.4 }]]);
  });

  test("llm.c in C tells no total", () => {
    expect(rows("step 7: train loss 4.321 (took 1234.5 ms)")).toEqual([[7, { "train/loss": 4.321, ms: 1234.5 }]]);
  });

  test("a bar of epochs counted from 1 begins at the first step", () => {
    const bar = (epoch: string, count: number) =>
      `Epoch ${epoch}: 50%|##  | ${count}/4 [00:01<00:01, 1.00it/s, loss=2.5]\n`;
    expect(rows(bar("1/2", 2) + bar("2/2", 1)).map(([step]) => step)).toEqual([2, 5]);
    expect(rows(bar("0/1", 2) + bar("1/1", 1)).map(([step]) => step)).toEqual([2, 5]);
  });

  test("a task of detection with other columns (Ultralytics pose)", () => {
    const header =
      "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)     Pose(P          R: 100% ━━ 8/8";
    const text = `      Epoch    GPU_mem   pose_loss       Size\n        1/3       2.5G        0.5        640: 100% ━━ 16/16\n${header}\n                   all        722       1444      0.9       0.8      0.7      0.6       0.5       0.4\n`;
    expect(rows(text)[1]![1]).toMatchObject({
      "metrics/precision(B)": 0.9,
      "metrics/mAP50-95(B)": 0.6,
      "metrics/recall(P)": 0.4,
    });
  });
});

describe("behind the stamps and ranks that launchers and containers print", () => {
  const prefix = "2026-07-14T08:12:53.500Z stdout F ";
  const behind = (text: string) => text.replace(/^(?=.)/gm, prefix);

  test.each(
    [
      "Epoch 2/3\n157/157 - 2s - 12ms/step - loss: 0.5 - val_loss: 0.4",
      "0:\tlearn: 0.6569860\ttest: 0.6570642\tbest: 0.6570642 (0)\ttotal: 70.1ms",
      "[1]\ttrain-rmse:0.41234\teval-rmse:0.43210",
      "Iteration 1, loss = 2.30123456",
      "[batch=1/3]:\n\t Train loss/train/total: 12.0570",
      "[step=3/739328]\n    train/CrossEntropyLoss=10.64",
      "epoch     train_loss  valid_loss  time    \n0         6.326089                02:40    ",
      "Epoch [1/2], Step [100/600], Loss: 0.5",
      "08/03 22:09:24 - mmengine - INFO - Epoch(train)  [1][ 500/2931]  lr: 2.0000e-02  loss: 0.5",
      "Train: 0 [  50/1251 (  4%)]  Loss: 6.94 (6.95)  Time: 0.353s, 2900.85/s  LR: 1.000e-06",
      "step  250/19560 | loss 5.612345 (-1.35z)| norm 1.0123 (-0.42z)| lr 2.14e-04",
      "Iter 10: Train loss 2.613, Learning Rate 1.000e-05, It/sec 1.2",
    ].map((text) => [text]),
  )("%j says the same", (text) => {
    expect(rows(text).length).toBeGreaterThan(0);
    expect(rows(behind(text))).toEqual(rows(text));
  });
});

describe("loops written by hand", () => {
  const step = (epoch: number, count: number, total: number) =>
    `Epoch [${epoch}/2], Step [${count}/${total}], Loss: 0.5\n`;
  const steps = (text: string) => rows(text).map(([at]) => at);

  test("a count that begins anew is the epoch's", () => {
    expect(steps(step(1, 100, 600) + step(1, 600, 600) + step(2, 100, 600))).toEqual([100, 600, 700]);
  });

  test("a count that goes on over the epochs is the run's, and tells its length", () => {
    const text = step(1, 100, 1000) + step(1, 500, 1000) + step(2, 600, 1000) + step(2, 700, 1000);
    expect(steps(text)).toEqual([100, 500, 600, 700]);
    expect(readText(text).facts.maxSteps).toBe(1000);
  });

  test("a line an epoch is placed at the end of the steps that were counted in it, as an average", () => {
    expect(rows(`${step(1, 600, 600)}Epoch [1/2], Loss: 0.6, Val Loss: 0.7`).at(-1)).toEqual([
      600,
      { epoch: 1, train_loss: 0.6, "eval/loss": 0.7 },
    ]);
  });

  test("without such steps the epoch is the step", () => {
    expect(rows("Epoch 3/10 - loss: 0.6 - val_loss: 0.7")).toEqual([
      [3, { epoch: 3, "train/loss": 0.6, "eval/loss": 0.7 }],
    ]);
  });

  test("an evaluation beside a bar is where the bar stands", () => {
    const bar = (count: number) => `${count}%|#  | ${count}/100 [00:01<00:09,  1.50it/s]`;
    expect(steps(`${bar(50)}\repoch 0: perplexity: 21.4 eval_loss: 3.06\n${bar(51)}\n`)).toEqual([51]);
  });

  test.each([
    "Epoch 1 of 3",
    "Epoch 5: loss improved from 0.5 to 0.4, saving model",
    "Epoch 00005: val_loss improved from 0.5 to 0.4",
    "Epoch 3/10 took 12.3s (loss function: mse)",
    "epoch 0.5, loss scale 65536",
  ])("%s is no record", (line) => {
    expect(rows(`${line}\n${line}\n`)).toEqual([]);
  });
});

describe("hostile lines", () => {
  const fill = (head: string, text: string) =>
    (head + text.repeat(Math.ceil(LIMITS.lineBytes / text.length))).slice(0, LIMITS.lineBytes);

  test.each([
    ["Epoch(train)  [1][  50/2931]  ", "a: 1  "],
    ["", "Epoch(train)    [            "],
    ["Train: 0 [  50/1251 (  4%)]  Loss: ", "6.94 (6.95)  Time: "],
    ["Epoch: [0][   1/5005]\t", "Loss 1 (1)\t"],
    [" * Acc@1 0.25 ", "Acc@5 1.1 "],
    ["[0]\t", "a-".repeat(40)],
    ["[0]\t", "a's "],
    ["step:1 - ", "a:1 - "],
    ["step:1 - ", "a:"],
    ["train_inner | epoch 001:    110 / 23251 ", "loss=1, wps=1 "],
    ["", "[step=1/2]  "],
    ["", "1/1 ━━━━━━━━ "],
    ["", "Epoch [1/2]: [1/937]   0%| "],
    ["1epoch results: [train] ", "[valid] a=1, "],
    ["| epoch   1 |   200/ 2983 batches | ", "a  "],
    ["Norm: 1, NNZs: 2, Bias: ", ", Avg. loss: "],
    ["{'a", ",  "],
    ["epoch 0: {'", "a': {'"],
  ])("%j and then %j without end cost no more than their length", (head, text) => {
    const line = fill(head, text);
    const costs = Array.from({ length: 8 }, () => {
      const reader = new LogReader({ path: "train.log" });
      const start = process.cpuUsage();
      reader.push({ text: line, line: 1, at: Number.NaN, frame: false });
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    expect(Math.min(...costs)).toBeLessThan(40);
  });
});
