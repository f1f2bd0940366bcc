/**
 * The domain's shared ground, pure: statistics, the sorted window, numbers as we write them, and plain state as text.
 * Nothing here knows of files, sockets or clocks; the browser loads it as it is.
 */

export * from "./accepted-language.ts";
export * from "./attempts.ts";
export { type Checkpoint, lastCheckpoint } from "./checkpoint.ts";
export { normalNoise, randomFrom } from "./noise.ts";
export * from "./number-format.ts";
export * from "./plain-state.ts";
export { formatReviewValue } from "./review-value.ts";
export * from "./run-state.ts";
export * from "./sorted-ring.ts";
export * from "./statistics.ts";
export { verdictStretches } from "./verdict-stretches.ts";
export * from "./verdict-words.ts";
