"use client";
import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { CHARTS_MOST, groupsAtFirst, type MetricGroup } from "#lib/charts/index.ts";

/** The charts that are shown, kept in the page's address by the name of their first metric. */
export function useChosen(groups: readonly MetricGroup[]): {
  chosen: MetricGroup[];
  choose: (ids: readonly string[] | null) => void;
} {
  const [ids, setIds] = useQueryState(
    "m",
    parseAsArrayOf(parseAsString).withOptions({ history: "replace", shallow: true, scroll: false }),
  );
  const chosen = useMemo(() => {
    if (ids === null) return groupsAtFirst(groups);
    const byId = new Map(groups.map((group) => [group.id, group]));
    return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []).slice(0, CHARTS_MOST);
  }, [groups, ids]);
  return { chosen, choose: (wanted) => void setIds(wanted && [...wanted]) };
}
