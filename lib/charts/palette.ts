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
] as const;
export type PaletteToken = (typeof PALETTE_TOKENS)[number];
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
