/**
 * What every page has: the keys and their sheet, the palette behind ⌘K, the theme, and words from a hidden tab. A page gives a
 * control its key by `data-key`; what has no control takes part through the hook in use-keys.ts.
 */
export { FindButton } from "./find-button.tsx";
export { isLive } from "./is-live.ts";
export { isFreeKey } from "./keys.ts";
export { useLiveRuns, useOpenAlerts } from "./live-runs.ts";
export { Notifier } from "./notifier.tsx";
export { PAPER } from "./paper.ts";
export { Shell } from "./shell.tsx";
export type { Theme } from "./theme.ts";
export { ThisBrowser } from "./this-browser.tsx";
