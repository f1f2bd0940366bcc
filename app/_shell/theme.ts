"use client";
import { useSyncExternalStore } from "react";
import { rememberChoice } from "../_components/preference-cookie.ts";
import { PAPER } from "./paper.ts";

/** `system` until somebody chooses. The style sheet does the rest: an attribute on the root, and a cookie for the next answer. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const listeners = new Set<() => void>();

/** @param rendered what the server rendered with */
export function useTheme(rendered: Theme): Theme {
  return useSyncExternalStore(subscribe, current, () => rendered);
}

export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  rememberChoice("cw-theme", theme === "system" ? null : theme);
  colourTheFrame(theme);
  for (const listener of listeners) listener();
}

/**
 * What follows when somebody presses the one button: first the other of what is seen, then what was seen but kept whatever
 * the system does, then the system's again.
 */
export function themeAfter(theme: Theme, systemIsDark: boolean): Theme {
  const [opposite, same] = systemIsDark ? (["light", "dark"] as const) : (["dark", "light"] as const);
  if (theme === "system") return opposite;
  return theme === opposite ? same : "system";
}

export const systemIsDark = (): boolean => matchMedia("(prefers-color-scheme: dark)").matches;

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** The browser's own bar around an installed page. There is one tag for each scheme of the system. */
function colourTheFrame(theme: Theme): void {
  for (const tag of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const scheme = tag.media.includes("dark") ? "dark" : "light";
    tag.content = PAPER[theme === "system" ? scheme : theme];
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
