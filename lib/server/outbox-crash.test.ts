import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { STEPS } from "./testing/outbox-writer.ts";

const WRITER = fileURLToPath(new URL("./testing/outbox-writer.ts", import.meta.url));
const TOTAL = 60;
const AT = [1, 3, 7];

test("killed at every step of the outbox: none is lost, and twice is told only what was not marked, as the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-outbox-"));
  const told: string[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      told.push((JSON.parse(body) as { id: string }).id);
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const life = async (step: string, count: number): Promise<NodeJS.Signals | null> => {
    const writer = spawn(process.execPath, [WRITER, folder, url, step, String(count), String(TOTAL)]);
    let wrong = "";
    writer.stderr.on("data", (data) => (wrong += data));
    const [code, signal] = (await once(writer, "close")) as [number | null, NodeJS.Signals | null];
    expect(code ?? 0, wrong).toBe(0);
    return signal;
  };
  try {
    for (const count of AT) for (const step of STEPS) expect(await life(step, count), step).toBe("SIGKILL");
    expect(await life("none", 1)).toBeNull();
    const deaths = readFileSync(join(folder, "killed"), "utf8").trimEnd().split("\n");
    expect(deaths).toHaveLength(AT.length * STEPS.length);
    const alerts = Array.from({ length: TOTAL }, (_, i) => `a-${i}/0`);
    expect([...new Set(told)].sort()).toEqual([...alerts].sort());
    const twice = told.filter((id, i) => told.indexOf(id) !== i);
    const unmarked = deaths.filter((death) => death.startsWith("after-answer"));
    expect(twice).toEqual(unmarked.map((death) => `${death.split(" ")[1]}/0`));
    expect(twice).toHaveLength(AT.length);
  } finally {
    receiver.close();
    rmSync(folder, { recursive: true });
  }
}, 60_000);
