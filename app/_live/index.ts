/**
 * The browser's end of the socket. One connection per tab; a feed per page holds what it knows, grows by deltas that join on
 * exactly, and reads the store over HTTP when they do not. React reads feeds through hooks; points pass it by.
 */
export { enterConfig, fetchConfig } from "./api.ts";
export { type Change, onChange } from "./changes.ts";
export { useConnectionStatus, useGpus, useRows, useRun } from "./hooks.ts";
export type { Shelf } from "./rows.ts";
export type { RunFeed } from "./run-feed.ts";
