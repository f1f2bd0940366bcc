import { createServer } from "node:http";
import { Agents } from "./agents.ts";
import { Gate } from "./gate.ts";
import { listen } from "./http.ts";
import { startWorker } from "./workers/rpc.ts";
import type { Writer } from "./workers/writer.ts";

/** What an agent sends to: its socket and a real store in `folder`, on a port of its own. Whoever knows the token is let in. */
export async function openAgentsBench(
  folder: string,
  token: string,
  failed: (error: unknown) => void,
  channels: readonly string[] = [],
): Promise<{ url: string; close(): Promise<void> }> {
  const writer = startWorker<Writer>({
    url: new URL("./workers/writer.ts", import.meta.url),
    data: { folder, channels },
    onDeath: failed,
  });
  await writer.call.ready();
  const http = createServer();
  const port = await listen(http, { host: "127.0.0.1", port: 0, portGiven: true });
  const agents = new Agents({
    http,
    gate: new Gate(port),
    writer: writer.call,
    agentOf: (given) => (given === token ? "local" : null),
    events: { connected: () => {}, gone: () => {}, failed },
    now: Date.now,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      agents.close();
      await new Promise((resolve) => http.close(resolve));
      await writer.call.close();
      await writer.terminate();
    },
  };
}
