import { canonicalName, isStepKey } from "#lib/protocol/index.ts";
import { displayText } from "./clean.ts";
import { CONSOLE_DIALECTS, mayBeConsole, PROGRAMS } from "./consoles.ts";
import { csv } from "./csv.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { hashTable } from "./hash-table.ts";
import { hfTrainer } from "./hf-trainer.ts";
import { jsonLines } from "./json-lines.ts";
import { jsonPrograms } from "./json-programs.ts";
import { keyValue } from "./key-value.ts";
import type { Reading } from "./reading.ts";

/**
 * Most particular first, after those of single programs' consoles: a line belongs to the first dialect that can read it. Bars
 * are read apart, in tqdm.ts.
 */
const DIALECTS: readonly Dialect[] = [hfTrainer, jsonPrograms, jsonLines, csv, hashTable, keyValue];

/** The records of a line, in the order printed; most lines have none. */
export function readLine(line: Line, memory: Memory): Reading[] {
  const own = mayBeConsole(line, memory) ? readConsole(line, memory) : null;
  return own ?? readFirst(DIALECTS, line, memory)?.readings ?? [];
}

function readFirst(
  dialects: readonly Dialect[],
  line: Line,
  memory: Memory,
): { dialect: Dialect; readings: Reading[] } | null {
  for (const dialect of dialects) {
    if (!dialect.mayRead(line, memory)) continue;
    const readings = dialect.read(line, memory);
    if (readings) return { dialect, readings };
  }
  return null;
}

/**
 * No program's dialect reads less of a line than the general reader does. Where that reads all of it and more, the line only
 * looks like the program's; otherwise the metrics of known names are taken up that the dialect has passed over.
 */
function readConsole(line: Line, memory: Memory): Reading[] | null {
  const found = readFirst(CONSOLE_DIALECTS, line, memory);
  const own = found?.readings[0];
  if (!found || !own || found.readings.length > 1 || !keyValue.mayRead(line, memory)) return found?.readings ?? null;
  const [general] = keyValue.read(line, memory) ?? [];
  if (!general || general.kind !== own.kind) return found.readings;
  const missed = missedBy(own, general, found.dialect.leavesOut ?? []);
  if (missed.length === 0) return found.readings;
  return [isSameRecord(own, general) ? general : withMissed(own, general, missed)];
}

/** Names that the general reader alone knows a number for. The same number under another name is one that the dialect has. */
function missedBy(own: Reading, general: Reading, leavesOut: readonly string[]): string[] {
  return general.names.filter(
    (name, i) =>
      !own.names.includes(name) &&
      !leavesOut.includes(name) &&
      !own.values.some((value) => Object.is(value, general.values[i])),
  );
}

const isSameRecord = (own: Reading, general: Reading): boolean =>
  own.step !== null &&
  own.step === general.step &&
  own.names.every((name, i) => Object.is(numberIn(general, name), own.values[i]));

function withMissed(own: Reading, general: Reading, missed: readonly string[]): Reading {
  const known = missed.filter((name) => canonicalName(name) === name);
  if (known.length === 0) return own;
  const values = known.map((name) => numberIn(general, name)!);
  return { ...own, names: [...own.names, ...known], values: [...own.values, ...values] };
}

const numberIn = ({ names, values }: Reading, name: string): number | undefined => values[names.indexOf(name)];

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
