import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Chunk, CurvewatchError, decodeRecord } from "#lib/protocol/index.ts";
import { GpuRecorder } from "./gpu-recorder.ts";

const AT = 1_750_000_000_250;
const GPU0 = "GPU-aaaa, 0, NVIDIA H100 80GB HBM3, 98, 73400, 81559, 63, 665.12, 700.00, 1980, 0x0000000000000004, 0";
const GPU1 = "GPU-bbbb, 1, NVIDIA H100 80GB HBM3, [N/A], 512, 81559, 41, 69.85, 700.00, 345, 0x0000000000000001, 0";
const LOST =
  "GPU-bbbb, 1, NVIDIA H100 80GB HBM3, [GPU is lost], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]";

let folder = "";
let spooled: Uint8Array[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-gpus-"));
  spooled = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Records what a tool prints, and stops after its last row. Each row is read a second after the one before. */
async function record(
  rows: readonly string[],
  spool: { uncommittedBytes?: number; append?: (body: Uint8Array) => number } = {},
): Promise<{ records: Chunk[]; failures: unknown[]; woken: number }> {
  const command = join(folder, "nvidia-smi");
  writeFileSync(
    command,
    `#!/bin/sh\necho $$ > "$0.pid"\n${rows.map((row) => `echo '${row}'`).join("\n")}\nexec sleep 60\n`,
  );
  chmodSync(command, 0o755);
  const stop = new AbortController();
  const failures: unknown[] = [];
  let [read, woken] = [0, 0];
  const recorder = new GpuRecorder({
    command,
    host: "node-1",
    spool: {
      append: (body) => spooled.push(body),
      sync: async () => {},
      uncommittedBytes: 0,
      capacityBytes: 1000,
      ...spool,
    },
    wake: () => woken++,
    now() {
      read++;
      if (read === rows.length) setImmediate(() => stop.abort());
      return AT + (read - 1) * 1000;
    },
    failed: (error) => failures.push(error),
  });
  await recorder.run(stop.signal);
  return { records: spooled.map((bytes) => decodeRecord(bytes) as Chunk), failures, woken };
}

test("each GPU is a source of its own, known by host and uuid, its readings placed by time", async () => {
  const { records, woken } = await record([GPU0, GPU1, GPU0, GPU1]);
  expect(woken).toBe(1);
  expect(records.map(({ source }) => source)).toMatchObject([
    { kind: "gpu", path: "GPU-aaaa", name: "0 NVIDIA H100 80GB HBM3", host: "node-1", identity: null },
    { kind: "gpu", path: "GPU-bbbb", name: "1 NVIDIA H100 80GB HBM3" },
  ]);
  expect(records[0]?.file).not.toBe(records[1]?.file);
  const [group] = records[0]?.groups ?? [];
  expect([...(group?.at ?? [])]).toEqual([AT, AT + 2000]);
  expect([...(group?.step ?? [])]).toEqual([1_750_000_000, 1_750_000_002]);
  expect([...(group?.values[group.names.indexOf("power.draw")] ?? [])]).toEqual([665.12, 665.12]);
});

test("the tool is ended with the recording", async () => {
  await record([GPU0]);
  const pid = Number(readFileSync(join(folder, "nvidia-smi.pid"), "utf8"));
  await expect.poll(() => isAlive(pid)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("what was not read is in no record", async () => {
  const { records } = await record([GPU1, LOST]);
  expect(records.map(({ groups }) => groups.map(({ names, step }) => [names.length, step.length]))).toEqual([[[8, 1]]]);
  expect(records[0]?.groups[0]?.names).not.toContain("utilization.gpu");
});

test("while the spool is more than half full, readings make room for logs", async () => {
  expect((await record([GPU0], { uncommittedBytes: 501 })).records).toEqual([]);
});

test("a full spool is the logs' news, anything else is told", async () => {
  const thrower = (error: Error) => () => {
    throw error;
  };
  const full = new CurvewatchError("E_SPOOL_FULL", "full");
  expect((await record([GPU0], { append: thrower(full) })).failures).toEqual([]);
  const odd = new Error("odd");
  expect((await record([GPU0], { append: thrower(odd) })).failures).toEqual([odd]);
});
