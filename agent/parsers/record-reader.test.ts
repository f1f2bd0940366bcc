import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FileReader, openReader, type Segment } from "./index.ts";
import { fileSegments, type Observation, observations } from "./testing.ts";
import { chunk, tfevents, wandbLog } from "./testing-files.ts";

const EVENTS = "/out/events.out.tfevents.1.host.1.0";
const WANDB = "/wandb/run-1/run-1.wandb";
const MLFLOW = "/mlruns/1/0a1b2c3d4e5f60718293a4b5c6d7e8f9/metrics/eval/loss";

function read(path: string, bytes: Uint8Array): { reader: FileReader; points: Observation[] } {
  const reader = openReader({ path });
  for (const segment of fileSegments(path, bytes)) reader.push(segment);
  return { reader, points: observations(reader.take().groups) };
}

const rows = ({ points }: { points: Observation[] }): [number, object][] =>
  points.map(({ step, values }) => [step, Object.fromEntries(values)]);

const events = tfevents([
  [0, { "train/loss": 2.5, "val/acc": 0 }],
  [10, { "train/loss": Number.NaN, "train/learning_rate": 0.5 }],
]);
const wandb = wandbLog([
  [0, { _runtime: "1.5", "train/loss": "2.5", note: '"text"', hist: '{"_type":"histogram","bins":[1]}' }],
  [10, { "train/loss": "NaN", _timestamp: "1700000000.5", nested: '{"a":1,"b":{"c":2}}' }],
]);

describe("TensorBoard", () => {
  test("gives every scalar with its step and wall clock, zeros and what is not finite too", () => {
    const found = read(EVENTS, events);
    expect(rows(found)).toEqual([
      [0, { "train/loss": 2.5, "val/acc": 0 }],
      [10, { "train/loss": Number.NaN, learning_rate: 0.5 }],
    ]);
    expect(found.points[1]?.at).toBe(1_700_000_010_000);
  });

  test("in a folder of its own, what Keras evaluates is told from what it trains by the folder alone", () => {
    const keras = tfevents([[1, { epoch_loss: 0.5, epoch_accuracy: 0.75 }]]);
    expect(rows(read("/out/train/events.out.tfevents.1.v2", keras))).toEqual([
      [1, { "train/loss": 0.5, epoch_accuracy: 0.75 }],
    ]);
    expect(rows(read("/out/validation/events.out.tfevents.1.v2", keras))).toEqual([
      [1, { "eval/loss": 0.5, val_epoch_accuracy: 0.75 }],
    ]);
  });
});

describe("W&B", () => {
  test("gives numbers and what objects of numbers hold; its own keys, texts and media are no metrics", () => {
    const found = read(WANDB, wandb);
    expect(rows(found)).toEqual([
      [0, { "train/loss": 2.5 }],
      [10, { "train/loss": Number.NaN, "nested.a": 1, "nested.b.c": 2 }],
    ]);
    expect(found.points[1]?.at).toBe(1_700_000_000_500);
  });

  test("an exit code is the run's end, and a run that goes on after it has none", () => {
    const exit = chunk(Uint8Array.from([0x92, 0x01, 2, 8, 1]), 1);
    const failed = read(WANDB, Buffer.concat([wandb, exit]));
    expect(failed.reader.facts().end).toMatchObject({ kind: "failed", text: "exit code 1" });
    const [, more] = fileSegments(WANDB, wandb);
    failed.reader.push({ ...(more as Segment), line: 4 });
    expect(failed.reader.facts().end).toBeNull();
  });
});

test("MLflow: a line without a step has step 0, behind one with a step it is cut; the last line counts when it is ended", () => {
  const lines = "1756720801000 2.5 10 more\n1756720802000 inf 20\n1756720803000 0.2\nnot a line\n1756720804000 1.5 3";
  expect(rows(read(MLFLOW, Buffer.from(lines)))).toEqual([
    [10, { "eval/loss": 2.5 }],
    [20, { "eval/loss": Number.POSITIVE_INFINITY }],
  ]);
  expect(rows(read(MLFLOW, Buffer.from("1756720801000 -inf\n1756720801500 3\n")))).toEqual([
    [0, { "eval/loss": Number.NEGATIVE_INFINITY }],
    [0, { "eval/loss": 3 }],
  ]);
});

test.each([
  ["TensorBoard", EVENTS, events],
  ["W&B", WANDB, wandb],
  ["MLflow", MLFLOW, Buffer.from("1756720801000 2.5 10\n1756720801000 2.5 20\n")],
])("%s: a reader made from another's state goes on as that one would have", (_, path, bytes) => {
  const [first, ...rest] = fileSegments(path, bytes) as [Segment, ...Segment[]];
  const before = openReader({ path });
  before.push(first);
  before.take();
  const state = before.state();
  expect(JSON.stringify(state).length).toBeLessThan(300);
  const after = openReader({ path, state: JSON.parse(JSON.stringify(state)) });
  for (const segment of rest) for (const reader of [before, after]) reader.push(segment);
  expect(after.take()).toEqual(before.take());
  expect(after.facts()).toEqual(before.facts());
});

test.each([EVENTS, WANDB, MLFLOW])("%s: no bytes of a record make it throw", (path) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 60 }), (bytes, text) => {
      const reader = openReader({ path });
      reader.push({ text, line: 1, at: Number.NaN, frame: false, bytes });
      reader.push({ text, line: 2, at: Number.NaN, frame: false });
      reader.take();
    }),
    { numRuns: 300 },
  );
});

test("damage inside of a record's fields costs that record's values, not the reader", () => {
  for (const [path, bytes] of [
    [EVENTS, events],
    [WANDB, wandb],
  ] as const) {
    for (const segment of fileSegments(path, bytes)) {
      for (let cut = 0; cut < (segment.bytes?.length ?? 0); cut += 1) {
        const reader = openReader({ path });
        reader.push({ ...segment, bytes: segment.bytes!.subarray(0, cut) });
        for (const { values } of observations(reader.take().groups))
          for (const value of values.values()) expect([2.5, 0, 0.5, Number.NaN, 1, 2]).toContain(value);
      }
    }
  }
});
