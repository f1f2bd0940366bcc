import { meaningOf } from "../printed/names.ts";
import { parseNumber } from "../printed/numbers.ts";
import { compile, type PatternProgram, type Span } from "./program.ts";
import { type PatternFault, parsePattern } from "./syntax.ts";

/**
 * `--pattern`: a person's own format, as a regular expression with named groups. A group's name is the metric's, with `__` for
 * `/`; `step`, `epoch` and `time` tell of the record, and names that programs use for the same thing (`lr`, `val_loss`) mean it
 * here, too. The agent reads by it, and pages show beforehand what it will read.
 */
export type LinePattern = { source: string; keys: readonly string[]; program: PatternProgram };

/** A line is looked at this far. */
const LINE_CHARS = 4096;

/** The pattern, or where it cannot be used. */
export function compileLinePattern(source: string): LinePattern | PatternFault {
  const syntax = parsePattern(source);
  if ("code" in syntax) return syntax;
  const keys = syntax.names.map((name) => name.replaceAll("__", "/"));
  if (!keys.some((key) => meaningOf(key).role === "value" && key !== "epoch"))
    return { at: 0, code: "noMetric", part: "" };
  const program = compile(syntax);
  return program ? { source, keys, program } : { at: 0, code: "tooManyParts", part: "" };
}

export type Captured = Span & { key: string; value: number | string };

/** What the pattern captures of a line, in the order of its groups; null when it does not match. */
export function captured({ keys, program }: LinePattern, text: string): Captured[] | null {
  const spans = program.spans(text.slice(0, LINE_CHARS));
  if (!spans) return null;
  return keys.flatMap((key, i) => {
    const span = spans[i];
    return span ? [{ key, ...span, value: valueOfGroup(text.slice(span.start, span.end)) }] : [];
  });
}

/** `\S+` takes the comma behind a number along. */
const valueOfGroup = (text: string): number | string =>
  parseNumber(text) ?? parseNumber(text.replace(/[,;|)\]}]{1,4}$/, "")) ?? text;
