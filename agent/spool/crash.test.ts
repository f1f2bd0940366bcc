import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { armFailpoints, type Failpoint, failpoint, Spool } from "./index.ts";
import { bodyOf, LIMITS } from "./testing/crash-writer.ts";

const WRITER = fileURLToPath(new URL("./testing/crash-writer.ts", import.meta.url));
const PLACES: Failpoint[] = [
  "half-written-frame",
  "after-write-before-sync",
  "after-sync",
  "mid-rotation",
  "before-unlink-segment",
];

/** Runs a writer until it is killed; what it was promised last. */
async function runUntilKilled(folder: string, spec: string): Promise<{ syncedSeq: number; ackedSeq: number } | null> {
  const writer = spawn(process.execPath, [WRITER, folder, spec], { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  writer.stdout.on("data", (data: Buffer) => output.push(data));
  writer.stderr.on("data", (data: Buffer) => errors.push(data));
  const signal = await new Promise((resolve) => writer.on("close", (_, by) => resolve(by)));
  expect(signal, `${spec}: ${Buffer.concat(errors)}`).toBe("SIGKILL");
  const last = Buffer.concat(output).toString().trimEnd().split("\n").at(-1);
  if (!last) return null;
  const [syncedSeq, ackedSeq] = last.split(" ").map(Number);
  return { syncedSeq: syncedSeq!, ackedSeq: ackedSeq! };
}

test.each(PLACES)("a process killed at %s, again and again, forgets nothing it was told is synced", async (place) => {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-crash-"));
  try {
    let lastSeq = 0;
    for (const pass of [1, 3, 8]) {
      const promised = await runUntilKilled(folder, `${place}:${pass}`);
      const events = {
        gap: (from: number, to: number) => expect.fail(`${from}–${to} were called damaged`),
        segmentDropped: () => {},
      };
      const spool = await Spool.open({ folder, events, limits: LIMITS });
      expect(spool.lastSeq).toBeGreaterThanOrEqual(promised?.syncedSeq ?? lastSeq);
      if (promised) expect(spool.firstSeq).toBeLessThanOrEqual(promised.syncedSeq + 1);
      let seq = spool.firstSeq;
      while (seq <= spool.lastSeq) {
        const { firstSeq, bodies } = await spool.read(seq, { records: 50, bytes: 10_000 });
        expect(firstSeq).toBe(seq);
        for (const body of bodies) expect(bodyOf(seq++).equals(body)).toBe(true);
      }
      lastSeq = spool.lastSeq;
      await spool.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a failpoint that is not armed does nothing, and a name that is none is refused", async () => {
  await failpoint("after-sync");
  armFailpoints(undefined);
  expect(() => armFailpoints("after-sink:1")).toThrow(RangeError);
  expect(() => armFailpoints("after-sync:0")).toThrow(RangeError);
  expect(() => armFailpoints("after-sync")).toThrow(RangeError);
});
