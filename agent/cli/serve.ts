import type { WatchedLog } from "#lib/server/index.ts";
import { ensureBuilt } from "./build.ts";
import { type Context, untilStopped } from "./context.ts";
import { readSettings, type ServerFlags } from "./settings.ts";

/** What the server's process tells the `watch` that started it. */
export type ServerMessage = { kind: "listening"; port: number; url: string } | { kind: "watch"; logs: WatchedLog[] };

/** `serve`: the dashboard and its store until it is told to stop. */
export async function serve(context: Context, flags: ServerFlags, version: string): Promise<number> {
  const config = await readSettings(context, flags);
  await ensureBuilt(context);
  const { openServer, openLog } = await import("#lib/server/index.ts");
  const log = openLog();
  const died = Promise.withResolvers<Error>();
  const tell = (message: ServerMessage): void => context.parent?.send(message);
  const server = await openServer(config, version, {
    fatal: (error) => died.resolve(error),
    failed: (error) => log.error({ err: error }, "a request failed"),
    watchRequested: context.parent && ((logs) => tell({ kind: "watch", logs })),
  });
  if (context.parent) tell({ kind: "listening", port: server.port, url: server.url });
  else context.out(`Curvewatch is at ${server.url}`);
  const error = await Promise.race([died.promise, untilStopped(context)]);
  if (error) {
    // The store is no longer to be trusted with a tidy end; what was acknowledged is on disk.
    log.fatal({ err: error }, "the store's thread ended");
    return 1;
  }
  await server.close();
  return 0;
}
