import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "#lib/evaluation/trainer/random.ts";
import { openSqliteReader } from "#lib/store/index.ts";
import { CRASH_PLACES, type CrashPlace } from "./testing/outbox-child.ts";

const CHILD = fileURLToPath(new URL("./testing/outbox-child.ts", import.meta.url));
const ROUNDS = 28;
const random = new Random("outbox crashes");

let folder: string;
let server: Server;
let address: string;
/** Bodies that were answered with a yes. */
const accepted: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-outbox-"));
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      const mood = random.int(10);
      if (mood === 0) response.writeHead(500).end();
      else if (mood === 1) response.writeHead(429, { "retry-after": "5" }).end();
      // What breaks off after it was read may be sent again: it is no yes.
      else if (mood === 2) request.socket.destroy();
      else {
        accepted.push(body);
        response.end("ok");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a process over the folder to its end; how it ended. */
async function life(place: CrashPlace | "none", passes: number): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [CHILD, folder, address, place, String(passes)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let wrong = "";
  child.stderr.on("data", (data) => {
    wrong += data;
  });
  const ended = await new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.on("close", (code, signal) => resolve(signal ?? code)),
  );
  expect(wrong, `${place}:${passes}`).toBe("");
  return ended;
}

test("killed at each step of the outbox, again and again: no notice is lost, and one comes twice only where it must", async () => {
  const crashes = Array.from({ length: ROUNDS }, (_, i) => CRASH_PLACES[i % CRASH_PLACES.length]!);
  for (const place of crashes) expect(await life(place, 1 + random.int(3))).toBe("SIGKILL");
  expect(await life("none", 1)).toBe(0);

  const reader = await openSqliteReader({ folder });
  const rows = await reader.deliveries({ channel: null, state: null, limit: 10_000, before: null });
  await reader.close();
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(["sent"]));
  const written = rows.map(({ alert, number }) => `${alert}/${number}`).toSorted();
  // Two at a time, and nothing half: what was cut off before its commit was written anew by the next life.
  expect(written).toEqual(Array.from({ length: rows.length }, (_, i) => `a${i}/0`).toSorted());

  const ids = accepted.map((body) => (JSON.parse(body) as { id: string }).id);
  expect([...new Set(ids)].toSorted()).toEqual(written);
  const inTheWindow = crashes.filter((place) => place === "after-answer").length;
  expect(ids.length - written.length).toBe(inTheWindow);
  // A repeat is the same message, so that its receiver can tell.
  expect(new Set(accepted).size).toBe(written.length);
}, 120_000);
