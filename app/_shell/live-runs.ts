"use client";
import { useEffect, useRef, useState } from "react";
import type { RunState } from "#lib/protocol/index.ts";
import { type Change, onChange } from "../_live/index.ts";
import { isLive } from "./is-live.ts";

const EVERY_MS = 60_000;

/** How many runs go on. */
export function useLiveRuns(rendered: number, path: string): number {
  return useCount(rendered, path, LIVE);
}

/** How many incidents stand open. */
export function useOpenAlerts(rendered: number, path: string): number {
  return useCount(rendered, path, OPEN);
}

type Counted = {
  address: string;
  count: (answer: unknown) => number;
  /** Whether what this tab learnt of a run may change it. */
  concerns: (change: Change) => boolean;
};

const LIVE: Counted = {
  address: "/api/v1/runs?limit=200",
  count: (answer) => (answer as { runs: { state: RunState }[] }).runs.filter(isLive).length,
  concerns: ({ before, after }) => before === null || isLive(before) !== isLive(after),
};
const OPEN: Counted = {
  address: "/api/v1/incidents?state=open&limit=200",
  count: (answer) => (answer as { incidents: unknown[] }).incidents.length,
  concerns: ({ before, after }) => before?.verdict.name !== after.verdict.name || before?.state !== after.state,
};

/**
 * The top bar outlives the pages under it, so it asks anew on each of them, when this tab learns that something may be
 * different, and once a minute while it is seen.
 */
function useCount(rendered: number, path: string, { address, count, concerns }: Counted): number {
  const [known, setKnown] = useState(rendered);
  const asked = useRef(path);
  useEffect(() => {
    const closing = new AbortController();
    const ask = (): void => {
      fetch(address, { signal: closing.signal, cache: "no-store" })
        .then(async (response) => response.ok && setKnown(count(await response.json())))
        .catch(() => {}); // The bar under this one says when the server is out of reach.
    };
    if (asked.current !== path) ask();
    asked.current = path;
    const timer = setInterval(() => !document.hidden && ask(), EVERY_MS);
    const off = onChange((change) => concerns(change) && ask());
    return () => {
      closing.abort();
      clearInterval(timer);
      off();
    };
  }, [path, address, count, concerns]);
  return known;
}
