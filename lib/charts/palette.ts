import type { VerdictName } from "#lib/protocol/index.ts";

/** The tokens a chart draws with, resolved to colours a canvas understands. Names are those of design/tokens.json. */
export const PALETTE_TOKENS = [
  "panel",
  "rule",
  "control",
  "ink",
  "dim",
  "faint",
  "trace",
  "raw",
  "grid",
  "note-mark",
  "good-mark",
  "caution-mark",
  "critical-mark",
  "advise-mark",
  "key-b",
  "key-c",
  "key-d",
] as const;
export type PaletteToken = (typeof PALETTE_TOKENS)[number];
/**
 * Lines of one chart, told apart by letter, dash and colour: `ink` is the first, and the last is dotted.
 * Dashes are in pixels.
 */
export const LINE_KEYS: readonly { letter: string; token: PaletteToken; dash: readonly number[]; width: number }[] = [
  { letter: "A", token: "trace", dash: [], width: 1.5 },
  { letter: "B", token: "key-b", dash: [], width: 1.5 },
  { letter: "C", token: "key-c", dash: [7, 4], width: 1.5 },
  { letter: "D", token: "key-d", dash: [10, 3, 2, 3], width: 1.5 },
  { letter: "E", token: "dim", dash: [2, 3], width: 1.5 },
];

export type Palette = Record<PaletteToken, string>;

/** The severity a verdict is shown with; `none` is ink, for a verdict that claims nothing. */
export const VERDICT_SEVERITY = {
  healthy: "good",
  oscillating: "caution",
  too_slow: "note",
  plateau: "note",
  spike: "caution",
  overfitting: "caution",
  diverging: "critical",
  nan: "critical",
  reading: "none",
} as const satisfies Record<VerdictName, "good" | "note" | "caution" | "critical" | "none">;

/** The token of the colour in which a verdict marks a chart. */
export function verdictToken(verdict: VerdictName): PaletteToken {
  const severity = VERDICT_SEVERITY[verdict];
  return severity === "none" ? "dim" : `${severity}-mark`;
}
