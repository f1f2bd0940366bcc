import type { RunState } from "#lib/protocol/index.ts";

/** A run that has not ended: it runs, waits, or nobody knows. */
export const isLive = ({ state }: { state: RunState }): boolean => state !== "finished" && state !== "failed";
