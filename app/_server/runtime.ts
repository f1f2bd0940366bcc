import "server-only";

/** The door from pages to the process they run in. */
export { getRuntime } from "#lib/server/runtime.ts";
