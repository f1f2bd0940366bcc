import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Poster } from "#lib/alerts/index.ts";
import { openSqliteIngest, openSqliteReader } from "#lib/store/index.ts";
import { ChannelBook } from "./channels.ts";
import { linksOf } from "./links.ts";
import { Sender, type SenderOptions } from "./sender.ts";
import { writeOf } from "./testing/outbox-writer.ts";

/** The sender over a real store, against a real receiver with two addresses: `/a` and `/b`. */
type Told = { path: string; id: string; kind: string; rule: string; more: number; cameAt: number };
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function openBench() {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-sender-"));
  const told: Told[] = [];
  const answers = new Map<string, Answer[]>();
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      told.push({ ...JSON.parse(body), path: request.url!, cameAt: Date.now() });
      const answer = answers.get(request.url!)?.shift() ?? (() => response.end("ok"));
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const ingest = await openSqliteIngest({ folder });
  const reader = await openSqliteReader({ folder });
  const channels = await ChannelBook.open(folder, "s".repeat(43), {}, "en");
  const ids: string[] = [];
  for (const path of ["/a", "/b"])
    ids.push((await channels.add("webhook", { name: path, settings: { address: url + path } })).id);
  const undelivered: string[] = [];
  const writer = {
    leaseOutbox: ingest.leaseOutbox.bind(ingest),
    nextDue: ingest.nextDue.bind(ingest),
    settleOutbox: ingest.settleOutbox.bind(ingest),
    undelivered: async ({ id }: { id: string }, error: string) => void undelivered.push(`${id}: ${error}`),
  } as unknown as SenderOptions["writer"];
  const sender = new Sender({
    writer,
    channels,
    poster: new Poster({ allowPrivate: true, timeoutMs: 3000 }),
    links: (notice) => linksOf(url, notice),
    settled: () => {},
    failed: (error) => expect.fail(String(error)),
    now: Date.now,
    random: () => 0.5,
  });
  const states = async (): Promise<Record<string, number>> => {
    const rows = await reader.deliveries({ channel: null, state: null, limit: 100_000, before: null });
    return Object.fromEntries(
      Object.entries(Object.groupBy(rows, ({ state }) => state)).map(([k, v]) => [k, v.length]),
    );
  };
  return {
    ...{ told, answers, ingest, sender, states, undelivered, ids: ids as [string, string] },
    async close() {
      await sender.close();
      await ingest.close();
      http.closeAllConnections();
      http.close();
      rmSync(folder, { recursive: true });
    },
  };
}

let bench: Awaited<ReturnType<typeof openBench>>;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

test("a storm of 10,000 alerts is some dozen messages, and every one of them is in one", async () => {
  const { ingest, ids, sender, told, states } = bench;
  const writes = Array.from({ length: 10_000 }, (_, i) => writeOf(`a-${i}`, `run ${i % 300}`));
  await ingest.saveAlerts(writes, [ids[0]], Date.now());
  sender.wake();
  const isTold = async (): Promise<number> => {
    const { sent = 0, digested = 0 } = await states();
    return sent + digested;
  };
  await expect.poll(isTold, { timeout: 40_000, interval: 500 }).toBe(10_000);
  const { digested } = await states();
  const digests = told.filter(({ kind }) => kind === "digest");
  expect(digests.reduce((sum, { more }) => sum + more, 0)).toBe(digested);
  expect(told.length).toBeLessThan(80);
}, 60_000);

test("a receiver that hangs holds up nobody else; what it asks to wait for is waited for", async () => {
  const { ingest, ids, sender, told, answers, states } = bench;
  const [a, b] = ids;
  answers.set("/a", [() => {}]);
  answers.set("/b", [(response) => response.writeHead(429, { "retry-after": "1" }).end()]);
  await ingest.saveAlerts([writeOf("one")], [a, b], Date.now());
  sender.wake();
  await expect.poll(() => told.filter(({ path }) => path === "/b").length, { timeout: 10_000 }).toBe(2);
  const [first, second] = told.filter(({ path }) => path === "/b");
  expect(second!.cameAt - first!.cameAt).toBeGreaterThanOrEqual(1000);
  expect(second!.id).toBe(first!.id);
  await expect.poll(states, { timeout: 20_000 }).toEqual({ sent: 2 });
  expect(told.filter(({ path }) => path === "/a").map(({ id }) => id)).toEqual(["one/0", "one/0"]);
}, 40_000);

test("what is refused for good is dead, and said to be", async () => {
  const { ingest, ids, sender, answers, states, undelivered } = bench;
  answers.set("/a", [(response) => response.writeHead(404).end("gone")]);
  await ingest.saveAlerts([writeOf("one")], ids, Date.now());
  sender.wake();
  await expect.poll(states, { timeout: 10_000 }).toEqual({ dead: 1, sent: 1 });
  expect(undelivered).toEqual([expect.stringMatching(`^${ids[0]}: .*404`)]);
});
