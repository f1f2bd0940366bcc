import type { LogLine } from "#lib/protocol/index.ts";

/** A place where the sought text stands: in which line, and from which character on. */
export type LogMatch = { line: number; start: number };

/** All places, in reading order; large and small letters are the same. */
export function searchLog(lines: readonly LogLine[], sought: string): LogMatch[] {
  const needle = sought.trim().toLowerCase();
  if (needle === "") return [];
  return lines.flatMap(({ line, text }) => {
    const found: LogMatch[] = [];
    const hay = text.toLowerCase();
    for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length)) {
      found.push({ line, start: at });
    }
    return found;
  });
}

/** The place after or before one, around the end; 0 where there was none yet. */
export function stepMatch(current: number | null, count: number, direction: 1 | -1): number | null {
  if (count === 0) return null;
  if (current === null) return direction === 1 ? 0 : count - 1;
  return (current + direction + count) % count;
}
