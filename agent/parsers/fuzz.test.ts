import { expect, test } from "vitest";
import { randomFrom } from "#lib/core/index.ts";
import { sampleLines, samplesAreHere } from "./format-samples.ts";
import { fuzzLine, hostileLine } from "./fuzz.ts";
import { LogReader } from "./index.ts";

/** In CI as many as `npm run bench -- parse` reads; by hand a tenth, for the sake of the minutes that a change may take. */
const FUZZED_LINES = process.env.CI ? 1_000_000 : 100_000;
const HOSTILE_LINES = 400;
/** An idle machine needs less than 5; ours runs other tests meanwhile. */
const LIMIT_MS = 25;
const STATE_BYTES = 12 * 1024;
const SEED = 7;

const lines = samplesAreHere
  ? sampleLines()
  : ["{'loss': 2.5, 'epoch': 0.1}", "step=10 loss=2.5", '{"step": 1, "loss": nan}', "Epoch 1/3: loss: 0.5 - acc: 0.9"];

test("damaged lines of every format do not break the reader, and its state stays small", { timeout: 240_000 }, () => {
  const random = randomFrom(SEED);
  let reader = new LogReader({ path: "train.log" });
  for (let i = 0; i < FUZZED_LINES; i += 1) {
    reader.push({ text: fuzzLine(lines, random), line: i + 1, at: Number.NaN, frame: i % 7 === 0 });
    if (i % 500 < 499) continue;
    const { groups } = reader.take();
    for (const { step } of groups) expect(step.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(reader.state()))).toBeLessThan(STATE_BYTES);
    if (i % 2000 === 1999) reader = new LogReader({ path: i % 4000 === 3999 ? "train.log" : "train.csv" });
  }
});

test("no line of 64 KiB holds the reader up", { timeout: 60_000 }, () => {
  const random = randomFrom(SEED);
  const slow: [number, string][] = [];
  let reader = new LogReader({ path: "train.log" });
  for (let i = 0; i < HOSTILE_LINES; i += 1) {
    const text = hostileLine(lines, random);
    if (i % 50 === 0) reader = new LogReader({ path: "train.log" });
    const times = [1, 2, 3].map((k) => {
      const before = process.cpuUsage();
      reader.push({ text, line: 3 * i + k, at: Number.NaN, frame: false });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    reader.take();
    if (Math.min(...times) > LIMIT_MS) slow.push([Math.min(...times), text.slice(0, 200)]);
  }
  expect(slow).toEqual([]);
});
