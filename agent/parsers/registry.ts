import { displayText } from "./clean.ts";
import { CONSOLE_DIALECTS, mayBeConsole, PROGRAMS } from "./consoles.ts";
import { csv } from "./csv.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { hashTable } from "./hash-table.ts";
import { hfTrainer } from "./hf-trainer.ts";
import { jsonLines } from "./json-lines.ts";
import { jsonPrograms } from "./json-programs.ts";
import { keyValue } from "./key-value.ts";
import { megatronLm } from "./megatron-lm.ts";
import { canonicalName, isStepKey } from "./names.ts";
import { nanogpt } from "./nanogpt.ts";
import type { Reading } from "./reading.ts";

/**
 * Most particular first, after those of single programs' consoles: a line belongs to the first dialect that can read it. Bars
 * are read apart, in tqdm.ts.
 */
const DIALECTS: readonly Dialect[] = [
  hfTrainer,
  jsonPrograms,
  jsonLines,
  csv,
  hashTable,
  megatronLm,
  nanogpt,
  keyValue,
];

/** The records of a line, in the order printed; most lines have none. */
export function readLine(line: Line, memory: Memory): Reading[] {
  const own = mayBeConsole(line, memory) ? readFirst(CONSOLE_DIALECTS, line, memory) : null;
  return own ?? readFirst(DIALECTS, line, memory) ?? [];
}

function readFirst(dialects: readonly Dialect[], line: Line, memory: Memory): Reading[] | null {
  for (const dialect of dialects) {
    if (!dialect.mayRead(line, memory)) continue;
    const readings = dialect.read(line, memory);
    if (readings) return readings;
  }
  return null;
}

type Describe = (keys: string) => string;
const DESCRIPTIONS = new Map<string, Describe>([
  ["hf-trainer", (keys) => `is a Python dict with ${keys}, as the Hugging Face Trainer prints`],
  ["ms-swift", (keys) => `is a dict with ${keys} and 'global_step/max_steps', as ms-swift prints`],
  ["python-dict", (keys) => `holds a Python dict with ${keys}`],
  [
    "llamafactory",
    (keys) => `is a JSON object with ${keys} and 'current_steps', as LLaMA-Factory's trainer_log.jsonl has`,
  ],
  ["jsonl", (keys) => `is a JSON object with ${keys}`],
  ["keras-history", (keys) => `is a JSON object with a list for each of ${keys}, as Keras's history`],
  ["mmcv", (keys) => `is a JSON object with ${keys}, 'mode' and 'iter', as MMCV writes`],
  ["hash-table", (keys) => `is a table row under a header that begins with '#', with ${keys}`],
  ["csv", (keys) => `is a table row under a header with ${keys}`],
  ["megatron-lm", (keys) => `has fields between bars, with ${keys}, as Megatron-LM prints`],
  ["nanogpt", (keys) => `has ${keys} in the words nanoGPT prints`],
  ["logfmt", (keys) => `is logfmt with ${keys}`],
  ["key-value", (keys) => `has ${keys} with numbers`],
  ["pattern", (keys) => `matches the pattern that was given, with ${keys}`],
  ["tqdm", (keys) => `is a progress bar with ${keys} behind its rate`],
]);

/** Why a reading's format was chosen, in a sentence: the line and the text that decided it. At most 300 characters. */
export function describeFormat(reading: Reading, line: number): string {
  const keys = tellingKeys(reading.printed)
    .map((key) => `'${key}'`)
    .join(" and ");
  const sentence = DESCRIPTIONS.get(reading.format);
  const program = PROGRAMS.get(reading.format);
  const plain = program ? `has ${keys}, as printed by ${program}` : `has ${keys}`;
  const text = `line ${line} ${sentence?.(keys) ?? plain}`;
  return text.slice(0, 300);
}

/** The two keys that tell best what a record is, as printed. */
export function tellingKeys(printed: readonly string[]): string[] {
  const known = printed.filter((key) => canonicalName(key) !== null || isStepKey(key));
  return (known.length > 0 ? known : printed).slice(0, 2).map((key) => displayText(key, 40));
}
