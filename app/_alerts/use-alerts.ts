"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { AlertsView } from "#lib/protocol/index.ts";
import { onChange } from "../_live/index.ts";

const EVERY_MS = 10_000;

/** What stands open, as the server knows it: read anew when a run changes in this tab, and every ten seconds while it is seen. */
export function useAlerts(initial: AlertsView): { view: AlertsView; refresh: () => void } {
  const [view, setView] = useState(initial);
  const asking = useRef<AbortController | null>(null);
  const refresh = useCallback(() => {
    asking.current?.abort();
    const asked = new AbortController();
    asking.current = asked;
    fetch("/api/v1/alerts", { signal: asked.signal, cache: "no-store" })
      .then(async (response) => response.ok && setView((await response.json()) as AlertsView))
      .catch(() => {}); // The bar on top says when the server is out of reach.
  }, []);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && refresh(), EVERY_MS);
    const seen = (): void => void (!document.hidden && refresh());
    document.addEventListener("visibilitychange", seen);
    const off = onChange(refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
      off();
      asking.current?.abort();
    };
  }, [refresh]);
  return { view, refresh };
}
