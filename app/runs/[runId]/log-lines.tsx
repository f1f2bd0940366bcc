import { Fragment } from "react";
import type { LogLine } from "#lib/protocol/index.ts";
import { logLevel } from "./log-level.ts";
import styles from "./log-lines.module.css";

/** A number that stands alone in a log line: not part of a name, a version or a time. */
const NUMBER = /(?<![\w.:-])([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[kKMGB%]?|nan|NaN|-?inf)(?!\.?[\w:]|-\d)/;

type Sought = {
  length: number;
  starts: ReadonlyMap<number, readonly number[]>;
  current: { line: number; start: number } | null;
};

type Props = {
  lines: readonly LogLine[];
  /** Whether each line stands behind its number in the file. */
  numbered?: boolean;
  wrap?: boolean;
  /** Places to be marked, by line. */
  sought?: Sought | null;
};

/** The trainer's own lines, untouched; in those that were read, the numbers stand out; loud ones are loud. */
export function LogLines({ lines, numbered = false, wrap = true, sought = null }: Props) {
  return (
    <ol className={styles.lines} lang="en" data-numbered={numbered || undefined} data-nowrap={!wrap || undefined}>
      {lines.map(({ line, text, parsed }) => (
        <li key={line} className={parsed ? undefined : styles.plain} data-level={logLevel(text, parsed) ?? undefined}>
          {numbered && (
            <span className={styles.number} aria-hidden="true">
              {line}
            </span>
          )}
          <span className={styles.text}>
            <Text text={text} parsed={parsed} line={line} sought={sought} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Text({ text, parsed, line, sought }: { text: string; parsed: boolean; line: number; sought: Sought | null }) {
  const plain = (part: string) => (parsed ? <Highlighted text={part} /> : part);
  const starts = sought?.starts.get(line);
  if (!sought || !starts) return plain(text);
  return (
    <>
      {starts.map((start, i) => {
        const isCurrent = sought.current?.line === line && sought.current.start === start;
        const before = i === 0 ? 0 : starts[i - 1]! + sought.length;
        return (
          <Fragment key={start}>
            {plain(text.slice(before, start))}
            <mark data-current={isCurrent || undefined}>{text.slice(start, start + sought.length)}</mark>
          </Fragment>
        );
      })}
      {plain(text.slice(starts.at(-1)! + sought.length))}
    </>
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
