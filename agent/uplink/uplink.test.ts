import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Chunk, encodeRecord, type Refusal } from "#lib/protocol/index.ts";
import { Agents } from "#lib/server/agents.ts";
import { Gate } from "#lib/server/gate.ts";
import { startWorker, type WorkerClient } from "#lib/server/workers/rpc.ts";
import type { Writer } from "#lib/server/workers/writer.ts";
import { openSqliteReader, runIdOf } from "#lib/store/index.ts";
import { Spool } from "../spool/index.ts";
import { Uplink } from "./uplink.ts";

/** The wire from end to end: a real spool, real sockets, the real gateway, the real writer thread and its file. */
const TOKEN = "a token of the test, long enough";
const FILE = "00112233aabbccdd";
let folder = "";
let server: Awaited<ReturnType<typeof startServer>> | null = null;
let uplink: Uplink | null = null;
let spool: Spool;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-uplink-"));
  spool = await Spool.open({ folder: join(folder, "spool"), events: { gap: () => {}, segmentDropped: () => {} } });
});
afterEach(async () => {
  uplink?.close();
  await server?.kill();
  await spool.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(port = 0) {
  const http: Server = createServer();
  const writer: WorkerClient<Writer> = startWorker<Writer>({
    url: new URL("../../lib/server/workers/writer.ts", import.meta.url),
    data: { folder: join(folder, "store"), channels: [] },
    onDeath: () => {},
  });
  await writer.call.ready();
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  const { port: bound } = http.address() as AddressInfo;
  const agents = new Agents({
    http,
    gate: new Gate(bound),
    writer: writer.call,
    agentOf: (token) => (token === TOKEN ? "local" : null),
    events: { connected: () => {}, gone: () => {}, failed: () => {} },
    now: Date.now,
  });
  return {
    port: bound,
    /** As a power cut does: nothing is closed, nothing is finished. */
    async kill() {
      await writer.terminate();
      agents.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function connect(port: number, token = TOKEN, refused: (refusal: Refusal) => void = () => {}): Uplink {
  const made = new Uplink({
    url: `http://127.0.0.1:${port}`,
    token,
    host: "test",
    fingerprint: "test",
    version: "test",
    spool,
    events: { connected: () => {}, disconnected: () => {}, refused, outrun: () => {} },
    now: Date.now,
  });
  made.start();
  return made;
}

function record(step: number, end: number): Uint8Array {
  const chunk: Chunk = {
    kind: "chunk",
    t: 1,
    file: FILE,
    end,
    state: { step },
    groups: [
      {
        names: ["train/loss"],
        step: Float64Array.of(step),
        at: Float64Array.of(Number.NaN),
        line: Float64Array.of(step),
        values: [Float64Array.of(1 / step)],
      },
    ],
    ...(step === 1 && {
      source: { kind: "log" as const, path: "/x/train.log", name: "x", project: null, host: "test", identity: null },
    }),
  };
  return encodeRecord(chunk);
}

async function append(from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) spool.append(record(step, step));
  await spool.sync();
  uplink?.wake();
}

async function storedSteps(): Promise<number[]> {
  const reader = await openSqliteReader({ folder: join(folder, "store") });
  const { step } = await reader.points(runIdOf("local", FILE), "train/loss", 0, 1_000_000);
  await reader.close();
  return [...step];
}

const drained = (): Promise<void> => (uplink as Uplink).drained(AbortSignal.timeout(20_000));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test("what was spooled before there was a server arrives, once and in order", async () => {
  await append(1, 3000);
  server = await startServer();
  uplink = connect(server.port);
  await drained();
  expect(await storedSteps()).toEqual(upTo(3000));
});

test("a server killed again and again in mid-stream loses nothing and counts nothing twice", async () => {
  server = await startServer();
  const { port } = server;
  uplink = connect(port);
  let written = 0;
  for (let life = 0; life < 6; life++) {
    await append(written + 1, written + 2000);
    written += 2000;
    // Dies at a different point of the stream each time, with batches in flight.
    const acked = spool.ackedSeq;
    while (spool.ackedSeq < Math.min(written, acked + 1 + life * 300)) await new Promise(setImmediate);
    await server.kill();
    server = await startServer(port);
  }
  await drained();
  expect(await storedSteps()).toEqual(upTo(written));
}, 60_000);

test("an agent that starts with an empty spool is told where the server is in its file", async () => {
  server = await startServer();
  uplink = connect(server.port);
  const identity = { dev: "1", inode: "2", birthtimeMs: 3, headBytes: 0, head: "" };
  const first = record(1, 77);
  spool.append(first);
  await spool.sync();
  uplink.wake();
  await drained();
  const [unknown] = await uplink.cursors([{ path: "/y/other.log", identity }], AbortSignal.timeout(5000));
  expect(unknown).toBeNull();
});

test("a wrong token is refused in words, and nothing is stored", async () => {
  server = await startServer();
  const refusals: Refusal[] = [];
  const told = Promise.withResolvers<void>();
  await append(1, 5);
  uplink = connect(server.port, "a wrong token", (refusal) => {
    refusals.push(refusal);
    told.resolve();
  });
  await told.promise;
  expect(refusals[0]).toMatchObject({ err: "E_TOKEN", message: "Unknown or revoked token." });
  expect(spool.ackedSeq).toBe(0);
});
