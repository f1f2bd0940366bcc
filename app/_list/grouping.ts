import { type RunRow, VERDICTS } from "#lib/protocol/index.ts";

/** How the list is cut: what goes on, what ended well, what crashed. */
export const GROUPS = ["live", "finished", "crashed"] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf({ state }: Pick<RunRow, "state">): Group {
  if (state === "failed") return "crashed";
  return state === "finished" ? "finished" : "live";
}

/** A live run whose verdict asks for an act, or whose data has stopped. */
export function needsAttention(row: RunRow): boolean {
  if (groupOf(row) !== "live") return false;
  return isAlarming(row) || row.state === "lost" || row.state === "quiet";
}

export function isAlarming({ verdict }: Pick<RunRow, "verdict">): boolean {
  return verdict.severity === "caution" || verdict.severity === "critical";
}

/** Attention first, the worst verdict before others, then live, then newest. */
export function sorted(rows: readonly RunRow[]): RunRow[] {
  const rank = (row: RunRow): number => {
    if (groupOf(row) !== "live") return 2 * VERDICTS.length;
    return needsAttention(row) ? VERDICTS.indexOf(row.verdict.name) : VERDICTS.length;
  };
  return rows.toSorted((a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt);
}

/** Every word of the query is found in the run's name, tags, project, host or path. */
export function matches(row: RunRow, query: string): boolean {
  const text = [row.name, ...row.tags, row.project, row.host, row.path].join("\n").toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
