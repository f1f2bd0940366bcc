import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Poster } from "#lib/alerts/index.ts";
import { ChannelBook } from "./channels.ts";
import { Gate } from "./gate.ts";
import { closeHttp, listen, requestListener } from "./http.ts";
import { linksOf } from "./links.ts";
import { isPushed } from "./push/pushes.ts";
import { apiRoutes } from "./routes/api.ts";
import { Registry, type Route } from "./routes/registry.ts";
import { Reports } from "./routes/report.ts";
import { Views } from "./views.ts";
import type { Reader } from "./workers/reader.ts";
import { type Remote, startWorker } from "./workers/rpc.ts";
import type { Writer, WriterEvent } from "./workers/writer.ts";

/** The whole API over a real store, on a port of its own: all of the server but its sockets and pages. */
export type ApiBench = {
  url: string;
  routes: readonly Route[];
  /** What no answer may be about: errors that nobody foresaw. */
  failures: unknown[];
  /** Where its store is, and the store's writer. */
  folder: string;
  writer: Remote<Writer>;
  call(path: string, body?: unknown): Promise<{ status: number; answer: never }>;
  send(path: string, body: string): Promise<{ status: number; answer: never }>;
  /** Ends the server without a word, as a kill does, and starts another over the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

const VERSION = "1.2.3";

/** @param channels ids of channels that notices are written for; nobody sends them */
export async function openApiBench(channels: readonly string[] = []): Promise<ApiBench> {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-api-"));
  const failures: unknown[] = [];
  let server = await openApi(folder, failures, channels);
  const send = async (path: string, body?: string): Promise<{ status: number; answer: never }> => {
    const response = await fetch(`${server.url}${path}`, body === undefined ? {} : { method: "POST", body });
    return { status: response.status, answer: (await response.json()) as never };
  };
  return {
    get url() {
      return server.url;
    },
    get routes() {
      return server.routes;
    },
    get writer() {
      return server.writer;
    },
    ...{ failures, folder },
    send,
    call: (path, body) => send(path, body === undefined ? undefined : JSON.stringify(body)),
    async restart() {
      await server.kill();
      server = await openApi(folder, failures, channels);
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openApi(
  folder: string,
  failures: unknown[],
  channels: readonly string[],
): Promise<{ url: string; routes: readonly Route[]; writer: Remote<Writer>; kill(): Promise<void> }> {
  let views: Views | null = null;
  const failed = (error: unknown): void => void failures.push(error);
  const writer = startWorker<Writer, WriterEvent>({
    url: new URL("./workers/writer.ts", import.meta.url),
    data: { folder, channels },
    onEvent: (event) => {
      if (event.kind === "judged") views?.remember(event.run, event.view);
    },
    onDeath: failed,
  });
  await writer.call.ready();
  const reader = startWorker<Reader>({
    url: new URL("./workers/reader.ts", import.meta.url),
    data: { folder },
    onDeath: failed,
  });
  await reader.call.ready();
  // As the server does: an agent that is not connected has been gone for long.
  views = new Views(reader.call, (agent) => (isPushed(agent) ? null : 0), Date.now);
  const told = async () => [];
  const reports = new Reports({ views, reader: reader.call, told, version: VERSION, lang: null, now: Date.now });
  const poster = new Poster({ allowPrivate: false, allowHosts: ["127.0.0.1"] });
  const registry = new Registry(
    apiRoutes({
      version: VERSION,
      agents: () => 0,
      views,
      reader: reader.call,
      touched: () => {},
      wake: () => {},
      writer: writer.call,
      reports,
      channels: await ChannelBook.open(folder, "s".repeat(43), {}, "en"),
      poster,
      channelsChanged: async () => {},
      links: (notice) => linksOf("http://localhost", notice),
      watchRequested: () => {},
      now: Date.now,
    }),
    { isOwner: () => false, failed },
  );
  const http = createServer();
  const port = await listen(http, { host: "127.0.0.1", port: 0, portGiven: true });
  const page = async (): Promise<never> => {
    throw new Error("there are no pages here");
  };
  http.on("request", requestListener({ gate: new Gate(port), registry, ownPage: async () => false, page }));
  return {
    url: `http://127.0.0.1:${port}`,
    routes: registry.routes,
    writer: writer.call,
    async kill() {
      await closeHttp(http);
      await reader.terminate();
      await writer.terminate();
      await poster.close();
    },
  };
}
