"use client";
import { useEffect, useRef, useState } from "react";
import type { RunState } from "#lib/protocol/index.ts";
import { onChange } from "../_live/index.ts";
import { isLive } from "./is-live.ts";

const EVERY_MS = 60_000;

/**
 * How many runs go on. The top bar outlives the pages under it, so it asks anew on each of them, when this tab learns that a
 * run began or ended, and once a minute while it is seen.
 */
export function useLiveRuns(rendered: number, path: string): number {
  const [count, setCount] = useState(rendered);
  const asked = useRef(path);
  useEffect(() => {
    const closing = new AbortController();
    const ask = (): void => {
      fetch("/api/v1/runs?limit=200", { signal: closing.signal, cache: "no-store" })
        .then(async (response) => {
          if (response.ok)
            setCount(((await response.json()) as { runs: { state: RunState }[] }).runs.filter(isLive).length);
        })
        .catch(() => {}); // The bar under this one says when the server is out of reach.
    };
    if (asked.current !== path) ask();
    asked.current = path;
    const timer = setInterval(() => !document.hidden && ask(), EVERY_MS);
    const off = onChange(({ before, after }) => {
      if (before === null || isLive(before) !== isLive(after)) ask();
    });
    return () => {
      closing.abort();
      clearInterval(timer);
      off();
    };
  }, [path]);
  return count;
}
