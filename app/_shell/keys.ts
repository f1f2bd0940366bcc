import { singleKeysOn } from "./single-keys.ts";

/** Where a key works: on every page, on the list, on a run's page, on its strip. */
export const KEY_GROUPS = ["everywhere", "list", "run", "strip"] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

export type KeyEntry = {
  /** Its description is the message of this name. */
  name: string;
  group: KeyGroup;
  /** As `KeyboardEvent.key` has them, each of them alone; `Mod` is ⌘ or Ctrl. */
  keys: readonly string[];
  /** Held with each of the keys. */
  with?: "Mod" | "Shift";
  /** Works where this is on the page and seen. */
  needs?: string;
  /** Makes sense as an entry of the palette. */
  isAct?: true;
};

/** What J and K walk along: the runs of the list, the incidents of a run. */
export const STOPS = "main th[scope=row] a, main [id^='incident-']";
const STRIP = "main [role=slider]";

const control = (key: string): string => `[data-key="${key}"]`;

/**
 * Every key of the pages, in reading order. Those that need a control click it, or put the focus into it when it is a field;
 * the strip's are handled beside the strip.
 */
export const KEYS = [
  { name: "find", group: "everywhere", keys: ["k"], with: "Mod" },
  { name: "help", group: "everywhere", keys: ["?"], isAct: true },
  { name: "theme", group: "everywhere", keys: ["t"], needs: control("t"), isAct: true },
  { name: "filter", group: "list", keys: ["/"], needs: control("/"), isAct: true },
  { name: "walkRuns", group: "list", keys: ["j", "k"], needs: "main th[scope=row] a" },
  { name: "walkIncidents", group: "run", keys: ["j", "k"], needs: "main [id^='incident-']" },
  { name: "report", group: "run", keys: ["r"], needs: control("r"), isAct: true },
  { name: "copyAdvised", group: "run", keys: ["y"], needs: control("y"), isAct: true },
  { name: "mute", group: "run", keys: ["m"], needs: control("m"), isAct: true },
  { name: "compare", group: "everywhere", keys: ["c"], needs: control("c"), isAct: true },
  { name: "addRun", group: "everywhere", keys: ["a"], needs: control("a"), isAct: true },
  { name: "print", group: "everywhere", keys: ["p"], needs: control("p"), isAct: true },
  { name: "moveCrosshair", group: "strip", keys: ["ArrowLeft", "ArrowRight"], needs: STRIP },
  { name: "jumpCrosshair", group: "strip", keys: ["ArrowLeft", "ArrowRight"], with: "Shift", needs: STRIP },
  { name: "axis", group: "strip", keys: ["1", "2", "3", "4"], needs: STRIP },
  { name: "whole", group: "strip", keys: ["w"], needs: STRIP, isAct: true },
  { name: "toNow", group: "strip", keys: ["n"], needs: STRIP, isAct: true },
  { name: "last", group: "strip", keys: ["e"], needs: STRIP, isAct: true },
  { name: "smoothing", group: "strip", keys: ["[", "]"], needs: STRIP },
  { name: "log", group: "strip", keys: ["l"], needs: STRIP, isAct: true },
  { name: "raw", group: "strip", keys: ["x"], needs: STRIP, isAct: true },
  { name: "forecast", group: "strip", keys: ["f"], needs: STRIP, isAct: true },
  { name: "hold", group: "strip", keys: [" "], needs: STRIP, isAct: true },
  { name: "reset", group: "strip", keys: ["Escape"], needs: STRIP },
] as const satisfies readonly KeyEntry[];

export type KeyName = (typeof KEYS)[number]["name"];

/** The keys that do something on the page as it is now. */
export function keysOfPage(): (typeof KEYS)[number][] {
  return KEYS.filter((entry) => !("needs" in entry) || seen(entry.needs) !== null);
}

/** The first element of that kind that can be seen and used. */
export function seen(selector: string): HTMLElement | null {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    if (element.checkVisibility() && !element.matches(":disabled, [inert] *")) return element;
  }
  return null;
}

const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, input, summary";

/** Keys that the palette pressed for somebody: they count although single keys may be off. */
const asked = new WeakSet<Event>();

/**
 * Whether a key is ours to take: it stands alone, no field, menu or dialog has the focus, and single keys have not been turned
 * off. Space stays with a control that has the focus. Arrows and Escape are no single characters and are never off.
 */
export function isFreeKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return false;
  if (asked.has(event)) return true;
  if (event.key.length === 1 && !singleKeysOn()) return false;
  const target = event.target as Element;
  if (event.key === " " && target.closest(PRESSED_BY_SPACE)) return false;
  return target.closest(`${FIELDS}, [role=dialog], [role=menu], [role=listbox]`) === null;
}

/** Presses a key in somebody's place. */
export function press(key: string): void {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  asked.add(event);
  document.body.dispatchEvent(event);
}

/** A letter by its small form, so that Caps Lock does not matter; null for a letter with Shift, which is another key. */
export function plainKey({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">): string | null {
  if (!/^[a-z]$/i.test(key)) return key;
  return shiftKey ? null : key.toLowerCase();
}
