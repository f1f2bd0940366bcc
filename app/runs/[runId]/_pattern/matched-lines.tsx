import type { LogLine } from "#lib/protocol/index.ts";
import styles from "./matched-lines.module.css";
import type { PreviewLine } from "./preview.ts";

/** The trainer's own lines; in those that match, what the groups capture stands out. */
export function MatchedLines({ lines }: { lines: readonly (LogLine | PreviewLine)[] }) {
  return (
    <ol className={styles.lines} lang="en">
      {lines.map((line) => (
        <li key={line.line} data-matches={isMatch(line) || undefined}>
          {isMatch(line) ? <Marked line={line} /> : line.text}
        </li>
      ))}
    </ol>
  );
}

type Match = PreviewLine & { captured: NonNullable<PreviewLine["captured"]> };
const isMatch = (line: LogLine | PreviewLine): line is Match => "captured" in line && line.captured !== null;

/** A group inside another one is shown as part of it. */
function Marked({ line: { text, captured } }: { line: Match }) {
  const parts = [];
  let at = 0;
  for (const { key, start, end } of captured.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < at || start === end) continue;
    parts.push(
      text.slice(at, start),
      <mark key={key} title={key}>
        {text.slice(start, end)}
      </mark>,
    );
    at = end;
  }
  return [...parts, text.slice(at)];
}
