import { CurvewatchError, captured, compileLinePattern, faultWords, type PatternFault } from "#lib/protocol/index.ts";
import { scanHead } from "./clean.ts";
import { type Reading, readPairs } from "./reading.ts";

/** The records of lines that a person's own pattern reads. */
export type PatternReader = { source: string; read(text: string): Reading | null };

/** @throws CurvewatchError `config` with where the pattern is wrong and what to do */
export function openPattern(source: string): PatternReader {
  const pattern = compileLinePattern(source);
  if ("code" in pattern) throw wrong(source, pattern);
  return {
    source,
    read(text) {
      const groups = captured(pattern, text);
      return (
        groups &&
        readingOf(
          groups.map(({ key }) => key),
          groups.map(({ value }) => value),
          text,
        )
      );
    },
  };
}

/** The pattern a reader's state tells, when it is still one. */
export function reopenPattern(source: string): PatternReader | null {
  try {
    return openPattern(source);
  } catch (error) {
    if (error instanceof CurvewatchError) return null;
    throw error;
  }
}

function wrong(source: string, fault: PatternFault): CurvewatchError {
  const { what, hint } = faultWords(fault, "en");
  const near = source.slice(fault.at, fault.at + 20);
  const place = near === "" ? "at its end" : `at character ${fault.at + 1} (${near})`;
  return new CurvewatchError("config", `the pattern cannot be used: ${what}, ${place}`, { hint });
}

function readingOf(keys: readonly string[], fields: readonly (number | string)[], text: string): Reading | null {
  const reading = readPairs("pattern", keys, fields, { anyMetric: true });
  if (!reading) return null;
  if (reading.kind === "other") reading.kind = "train";
  const head = scanHead(text);
  if (Number.isNaN(reading.at)) reading.at = head.at;
  reading.rank ??= head.rank;
  return reading;
}
