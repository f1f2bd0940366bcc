import type { Dialect, Line } from "./dialect.ts";
import { readLiterals } from "./literal-lines.ts";
import type { Reading } from "./reading.ts";

/** JSON objects, one a line: any program's, with NaN as Python writes it, and LLaMA-Factory's `trainer_log.jsonl`. */
export const jsonLines: Dialect = {
  mayRead: ({ text }) => text.includes('{"'),
  read: (line: Line) => readLiterals(line, '{"', formatOfObject)?.map(closeLlamaFactory) ?? null,
};

function formatOfObject(keys: readonly string[]): string {
  return keys.includes("current_steps") && keys.includes("total_steps") ? "llamafactory" : "jsonl";
}

/** Its last record repeats the last step at 100 %. */
function closeLlamaFactory(reading: Reading): Reading {
  if (reading.format === "llamafactory" && reading.maxSteps !== null)
    reading.isLast = reading.step === reading.maxSteps;
  return reading;
}
