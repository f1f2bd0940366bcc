import {
  type Captured,
  captured,
  compileLinePattern,
  examplePattern,
  type LogLine,
  meaningOf,
  type PatternFault,
} from "#lib/protocol/index.ts";

/** What a pattern makes of the newest lines of a log: the agent will read by the very same matcher. */
export type PreviewLine = LogLine & { captured: Captured[] | null };
export type Captive = {
  /** A metric's name as it will be shown, or what else the group tells of the record. */
  kind: "metric" | "step" | "maxSteps" | "time" | "rank" | "ignored";
  name: string;
  value: number | string;
};
export type Preview = {
  lines: PreviewLine[];
  matched: number;
  /** Of the newest line that matches. */
  newest: Captive[];
};

export function previewOf(source: string, lines: readonly LogLine[]): Preview | PatternFault {
  const pattern = compileLinePattern(source);
  if ("code" in pattern) return pattern;
  const shown = lines.map((line) => ({ ...line, captured: captured(pattern, line.text) }));
  const matches = shown.flatMap((line) => (line.captured ? [line.captured] : []));
  return { lines: shown, matched: matches.length, newest: (matches.at(-1) ?? []).map(captiveOf) };
}

function captiveOf({ key, value }: Captured): Captive {
  const meaning = meaningOf(key);
  return meaning.role === "value"
    ? { kind: "metric", name: meaning.name, value }
    : { kind: meaning.role, name: key, value };
}

const EXAMPLE = "(?<step>\\d+).*loss=(?<loss>\\S+)";

/** A pattern that reads the newest line in which one can be seen; else one to begin with. */
export function exampleFor(lines: readonly LogLine[]): string {
  for (const { text } of lines.toReversed()) {
    const pattern = examplePattern(text);
    if (pattern !== null) return pattern;
  }
  return EXAMPLE;
}
