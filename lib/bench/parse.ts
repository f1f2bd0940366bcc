import { randomFrom } from "#lib/core/index.ts";
import { sampleLines, samplesAreHere } from "../../agent/parsers/format-samples.ts";
import { fuzzLine, hostileLine } from "../../agent/parsers/fuzz.ts";
import { LogReader } from "../../agent/parsers/index.ts";
import { readBytes } from "../../agent/parsers/testing.ts";
import { atLeast, atMost, type Figure } from "./figure.ts";

/**
 * What reading a log costs: lines a second of processor time on one core, from bytes to points, and the slowest of many hostile
 * lines of 64 KiB. All of these are read, and then all of them again: the least of a line's times counts, so that a pause of the
 * machine is not the line's, and what the reader remembers of a line is forgotten until it comes back. What a busy machine takes
 * away shows in the control: lines of the same length through `JSON.parse`.
 */
const REPEATS = 5;
const LINES = 200_000;
const HOSTILE_LINES = 1500;
const FUZZED_LINES = 1_000_000;
const SEED = 20_261;

export function benchParse(): Figure[] {
  const dicts = textOf(dictLine);
  const plain = textOf(plainLine);
  rateOf(dicts); // the compiler warms up
  rateOf(plain);
  const random = randomFrom(SEED);
  const lines = samplesAreHere ? sampleLines() : Array.from({ length: 100 }, (_, i) => dictLine(i));
  return [
    against(
      atLeast(
        "HF dict lines",
        "lines/s",
        repeat(() => rateOf(dicts)),
        500_000,
      ),
      controlRate(),
    ),
    atLeast(
      "plain lines",
      "lines/s",
      repeat(() => rateOf(plain)),
      500_000,
    ),
    atMost("worst 64 KiB line", "ms", [worstOf(lines)], 5),
    atMost("crashes, 10^6 fuzzed lines", "lines", [crashesOf(lines, random)], 0),
  ];
}

const repeat = (measure: () => number): number[] => Array.from({ length: REPEATS }, measure);

function rateOf(bytes: Uint8Array): number {
  const before = process.cpuUsage();
  readBytes("train.log", bytes);
  const { user, system } = process.cpuUsage(before);
  return (LINES / (user + system)) * 1e6;
}

const against = (figure: Figure, control: number): Figure => ({
  ...figure,
  control: Math.round(control),
  ratio: Number((figure.value / control).toPrecision(3)),
});

/** The same values as JSON, parsed by the engine itself. */
function controlRate(): number {
  const lines = Array.from({ length: LINES }, (_, i) => dictLine(i).replaceAll("'", '"'));
  const before = process.cpuUsage();
  let keys = 0;
  for (const line of lines) keys += Object.keys(JSON.parse(line) as object).length;
  const { user, system } = process.cpuUsage(before);
  return keys === 0 ? 0 : (LINES / (user + system)) * 1e6;
}

/** The process's clock: that of a thread moves only when the kernel looks, every 4 ms, and most lines would cost nothing. */
function worstOf(lines: readonly string[]): number {
  const least = new Float64Array(HOSTILE_LINES).fill(Number.POSITIVE_INFINITY);
  for (let pass = 0; pass < REPEATS; pass++) {
    const random = randomFrom(SEED);
    let reader = new LogReader({ path: "train.log" });
    for (let i = 0; i < HOSTILE_LINES; i++) {
      const text = hostileLine(lines, random);
      if (i % 50 === 0) reader = new LogReader({ path: "train.log" });
      const before = process.cpuUsage();
      reader.push({ text, line: i + 1, at: Number.NaN, frame: false });
      const { user, system } = process.cpuUsage(before);
      reader.take();
      least[i] = Math.min(least[i]!, (user + system) / 1000);
    }
  }
  return least.reduce((worst, time) => Math.max(worst, time), 0);
}

function crashesOf(lines: readonly string[], random: () => number): number {
  let crashes = 0;
  let reader = new LogReader({ path: "train.log" });
  for (let i = 0; i < FUZZED_LINES; i++) {
    if (i % 1000 === 0) reader = new LogReader({ path: "train.log" });
    try {
      reader.push({ text: fuzzLine(lines, random), line: i + 1, at: Number.NaN, frame: i % 7 === 0 });
    } catch {
      crashes += 1;
    }
  }
  return crashes;
}

const textOf = (line: (i: number) => string): Uint8Array =>
  Buffer.from(Array.from({ length: LINES }, (_, i) => `${line(i)}\n`).join(""));

function dictLine(i: number): string {
  const loss = (2 + 6 * (1 + i) ** -0.3).toFixed(4);
  const rate = 5e-5 * (1 - i / LINES);
  return `{'loss': ${loss}, 'grad_norm': ${(1 + (i % 7) / 10).toFixed(6)}, 'learning_rate': ${rate}, 'epoch': ${((3 * i) / LINES).toFixed(2)}}`;
}

const PLAIN = [
  "Loading checkpoint shards from /data/model",
  "some plain words about the dataset and its tokens",
  "2026-07-14 08:12:53,123 - root - INFO - worker 3 is ready",
  '  File "/usr/lib/python3/site-packages/loader.py", line 12, in main',
  "Downloading tokenizer.json to /root/.cache",
];
const plainLine = (i: number): string => PLAIN[i % PLAIN.length]!;
