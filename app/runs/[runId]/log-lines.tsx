import type { LogLine } from "#lib/protocol/index.ts";
import styles from "./log-lines.module.css";

/** A number that stands alone in a log line: not part of a name, a version or a time. */
const NUMBER = /(?<![\w.:-])([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[kKMGB%]?|nan|NaN|-?inf)(?!\.?[\w:])/;

/** The trainer's own lines, untouched; in those that were read, the numbers stand out. */
export function LogLines({ lines }: { lines: readonly LogLine[] }) {
  return (
    <ol className={styles.lines} lang="en">
      {lines.map(({ line, text, parsed }) => (
        <li key={line} className={parsed ? undefined : styles.plain}>
          {parsed ? <Highlighted text={text} /> : text}
        </li>
      ))}
    </ol>
  );
}

function Highlighted({ text }: { text: string }) {
  return text.split(NUMBER).map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line have no other identity
      <em key={i}>{part}</em>
    ) : (
      part
    ),
  );
}
