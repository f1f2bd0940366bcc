"use client";
import { useSyncExternalStore } from "react";

/**
 * Whether this browser tells of incidents. `unsupported`: it cannot, or not at an insecure address. `off` and `on` are a
 * person's choice where the browser would let us, or has not been asked.
 */
export type Telling = "unsupported" | "denied" | "off" | "on";

const KEY = "cw-tell";
const listeners = new Set<() => void>();

export function telling(): Telling {
  if (!("Notification" in window) || !isSecureContext || !("locks" in navigator)) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && localStorage.getItem(KEY) === "on" ? "on" : "off";
}

export function useTelling(): Telling | null {
  return useSyncExternalStore<Telling | null>(subscribe, telling, () => null);
}

/** Asks the browser, which asks the person; call it from a click alone. */
export async function startTelling(): Promise<void> {
  if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "on");
  changed();
}

export function stopTelling(): void {
  localStorage.removeItem(KEY);
  changed();
}

const changed = (): void => {
  for (const listener of listeners) listener();
};

/** Another tab may choose, and the browser's own settings may change while this page is away. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  window.addEventListener("focus", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
    window.removeEventListener("focus", listener);
  };
}
