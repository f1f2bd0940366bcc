import { CurvewatchError } from "#lib/protocol/index.ts";
import { scanHead } from "./clean.ts";
import { meaningOf } from "./names.ts";
import { parseNumber } from "./numbers.ts";
import { compile, type PatternProgram } from "./pattern-program.ts";
import { type PatternFault, parsePattern } from "./pattern-syntax.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/**
 * `--pattern`: a person's own format, as a regular expression with named groups. A group's name is the metric's, with `__` for
 * `/`; `step`, `epoch` and `time` tell of the record, and names that programs use for the same thing (`lr`, `val_loss`) mean it
 * here, too.
 */
export type LinePattern = { source: string; read(text: string): Reading | null };

/** A line is looked at this far. */
const LINE_CHARS = 4096;
const EXAMPLE = "for example: --pattern '(?<step>\\d+).*loss=(?<loss>\\S+)'";

/** @throws CurvewatchError `config` with where the pattern is wrong and what to do */
export function openPattern(source: string): LinePattern {
  const { program, keys } = readSource(source);
  return { source, read: (text) => readingOf(program.match(text.slice(0, LINE_CHARS)), keys, text) };
}

/** The pattern a reader's state tells, when it is still one. */
export function reopenPattern(source: string): LinePattern | null {
  try {
    return openPattern(source);
  } catch (error) {
    if (error instanceof CurvewatchError) return null;
    throw error;
  }
}

function readSource(source: string): { program: PatternProgram; keys: string[] } {
  const syntax = parsePattern(source);
  if ("what" in syntax) throw wrong(source, syntax);
  const keys = syntax.names.map((name) => name.replaceAll("__", "/"));
  if (!keys.some((key) => meaningOf(key).role === "value" && key !== "epoch"))
    throw wrong(source, { at: 0, what: "no named group is a metric", hint: EXAMPLE });
  const program = compile(syntax);
  if (program) return { program, keys };
  throw wrong(source, { at: 0, what: "it has too many parts", hint: "use + or * where it counts repeats" });
}

function wrong(source: string, { at, what, hint }: PatternFault): CurvewatchError {
  const near = source.slice(at, at + 20);
  const place = near === "" ? "at its end" : `at character ${at + 1} (${near})`;
  return new CurvewatchError("config", `the pattern cannot be used: ${what}, ${place}`, { hint });
}

function readingOf(groups: (string | null)[] | null, keys: readonly string[], text: string): Reading | null {
  if (!groups) return null;
  const reading = readPairs("pattern", keys, groups.map(fieldOf), { anyMetric: true });
  if (!reading) return null;
  if (reading.kind === "other") reading.kind = "train";
  const head = scanHead(text);
  if (Number.isNaN(reading.at)) reading.at = head.at;
  reading.rank ??= head.rank;
  return reading;
}

/** `\S+` takes the comma behind a number along. */
function fieldOf(text: string | null): Field {
  if (text === null) return null;
  return parseNumber(text) ?? parseNumber(text.replace(/[,;|)\]}]{1,4}$/, "")) ?? text;
}
