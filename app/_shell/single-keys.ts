"use client";
import { useSyncExternalStore } from "react";
import { rememberChoice } from "../_components/preference-cookie.ts";

/** Whether a letter alone does something. Those who speak to their computer, or press keys by accident, turn it off. */
const listeners = new Set<() => void>();

export function singleKeysOn(): boolean {
  return !/(?:^|; )cw-keys=off(?:;|$)/.test(document.cookie);
}

export function chooseSingleKeys(on: boolean): void {
  rememberChoice("cw-keys", on ? null : "off");
  for (const listener of listeners) listener();
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore(subscribe, singleKeysOn, () => true);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
