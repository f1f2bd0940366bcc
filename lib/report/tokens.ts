import type { Palette } from "#lib/charts/index.ts";

/**
 * The light values of `app/tokens.css` that a report draws with: it is always paper. A test holds them to that file, which
 * stays the owner; no other file here has a literal colour.
 */
export const LIGHT = {
  page: "#edf1f1",
  panel: "#ffffff",
  hair: "#dde5e6",
  rule: "#bccacd",
  control: "#7b8c91",
  ink: "#0f191c",
  dim: "#43545a",
  faint: "#5c6c72",
  good: "#07705a",
  note: "#1b5fa9",
  caution: "#885200",
  critical: "#b9241a",
  advise: "#86198f",
  "good-mark": "#0e9475",
  "note-mark": "#2f7fd1",
  "caution-mark": "#b37100",
  "critical-mark": "#d53a2c",
  "advise-mark": "#8e1b92",
  trace: "#0f191c",
  raw: "rgba(40, 66, 72, 0.28)",
  "key-b": "#0c8296",
  "key-c": "#5b45c9",
  "key-d": "#747d00",
  grid: "rgba(20, 120, 105, 0.11)",
} as const satisfies Palette & Record<string, string>;

/** Shares of a mark colour in fills: of a chip, of the ribbon. */
export const TINT = { chip: 0.1, ribbon: 0.18 } as const;
