/**
 * The server: composition root of store, diagnosis, sockets, API and pages. Loaded by the command line only when a server
 * is to run; pages reach the running process through `runtime.ts`.
 */
export { type ChannelFolder, openChannelFolder } from "./channel-folder.ts";
export { type Config, readConfig } from "./config.ts";
export { findInstance, type Instance, readSecret } from "./instance.ts";
export { openLog } from "./log.ts";
export type { WatchedLog } from "./routes/watch.ts";
export { openServer, type RunningServer, type ServerEvents } from "./server.ts";
