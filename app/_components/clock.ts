"use client";
import { createContext, useContext, useSyncExternalStore } from "react";
import { formatDuration } from "#lib/core/index.ts";
import type { Language } from "#lib/protocol/index.ts";

/**
 * Time as the server has it. Ages are told by its clock, so that a browser with a wrong one does not show data from the
 * future; one ticker serves every age on the page and rests while the tab is hidden.
 */
export const ClockContext = createContext(0);

/** When the server rendered this page: what ages are counted from until the page is alive. */
export function useRenderedAt(): number {
  return useContext(ClockContext);
}

let offsetMs = 0;

/** Learns how far the browser's clock is off. Called once, while the first page comes alive. */
export function setServerClock(serverNow: number): void {
  if (typeof window !== "undefined") offsetMs = serverNow - Date.now();
}

export function serverNow(): number {
  return Date.now() + offsetMs;
}

const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** Calls back once a second while the tab is seen, until the returned function is called. */
export function everySecond(tick: () => void): () => void {
  tickers.add(tick);
  timer ??= setInterval(() => {
    if (!document.hidden) for (const each of tickers) each();
  }, 1000);
  return () => {
    tickers.delete(tick);
    if (tickers.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An age in whole seconds, then in whole minutes, then in its two largest units: what is old need not tick. */
export function formatAge(ms: number, language: Language): string {
  if (ms >= HOUR_MS) return formatDuration(ms, language);
  if (ms >= MINUTE_MS) return formatDuration(Math.floor(ms / MINUTE_MS) * MINUTE_MS, language);
  return `${Math.max(0, Math.floor(ms / 1000))}${language === "zh-CN" ? "秒" : "s"}`;
}

const never = (): (() => void) => () => {};

/** False on the server and while a page comes alive: what depends on the viewer's zone waits for true. */
export function useAlive(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
