import { expect, test } from "vitest";
import { LogReader } from "./index.ts";
import { observations, segmentsOf } from "./testing.ts";

/** Lightning's `metrics.csv`, before and after its first validation. */
const BEFORE = "epoch,step,train_loss\n0,49,2.5\n0,99,2.25\n";
const AFTER = "epoch,step,train_loss,val_loss\n0,49,2.5,\n0,99,2.25,\n0,99,,2.0\n1,149,1.75,\n";

function rowsOf(reader: LogReader, text: string): [number, object][] {
  for (const segment of segmentsOf(text)) reader.push(segment);
  return observations(reader.take().groups).map(({ step, values }) => [step, Object.fromEntries(values)]);
}

test("a table that is written anew with another column gives only the rows that are new, also to the next reader", () => {
  const first = new LogReader({ path: "metrics.csv" });
  expect(rowsOf(first, BEFORE).length).toBe(2);
  first.rewritten();
  const second = new LogReader({ path: "metrics.csv", state: JSON.parse(JSON.stringify(first.state())) });
  for (const reader of [first, second]) {
    expect(rowsOf(reader, AFTER)).toEqual([
      [99, { "eval/loss": 2, epoch: 0 }],
      [149, { "train/loss": 1.75, epoch: 1 }],
    ]);
  }
});

test("another training in the same file is read from its beginning", () => {
  const reader = new LogReader({ path: "metrics.csv" });
  rowsOf(reader, BEFORE);
  reader.rewritten();
  expect(rowsOf(reader, AFTER.replace("2.5", "2.625")).map(([step]) => step)).toEqual([49, 99, 99, 149]);
});
