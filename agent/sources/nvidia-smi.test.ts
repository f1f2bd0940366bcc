import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { GPU_METRICS } from "#lib/protocol/index.ts";
import { type GpuReading, NvidiaSmi, readGpuRow } from "./nvidia-smi.ts";

const ROW = "GPU-0b1c, 3, NVIDIA H100 80GB HBM3, 98, 73400, 81559, 63, 665.12, 700.00, 1980, 0x0000000000000004, 0";

test("a row is read by field; what the tool does not know is missing, not 0", () => {
  expect(readGpuRow(ROW, 5, GPU_METRICS)).toEqual({
    uuid: "GPU-0b1c",
    index: 3,
    model: "NVIDIA H100 80GB HBM3",
    at: 5,
    values: new Map([
      ["utilization.gpu", 98],
      ["memory.used", 73400],
      ["memory.total", 81559],
      ["temperature.gpu", 63],
      ["power.draw", 665.12],
      ["enforced.power.limit", 700],
      ["clocks.sm", 1980],
      ["clocks_event_reasons.active", 4],
      ["ecc.errors.uncorrected.volatile.total", 0],
    ]),
  });
  const partly = readGpuRow(
    "GPU-0b1c, 0, A100, [N/A], 512, 81559, [Unknown Error], [Not Supported], 400, [GPU is lost], 0x, [N/A]",
    5,
    GPU_METRICS,
  );
  expect([...(partly?.values ?? [])]).toEqual([
    ["memory.used", 512],
    ["memory.total", 81559],
    ["enforced.power.limit", 400],
  ]);
});

test.each([
  "",
  "No devices were found",
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
  'Field "clocks.sm" is not a valid field to query.',
  "uuid, index, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], temperature.gpu, power.draw [W], x, y, z, e",
])("%j is no reading", (line) => {
  expect(readGpuRow(line, 0, GPU_METRICS)).toBeNull();
});

let folder = "";
let smi: NvidiaSmi | null = null;
afterEach(() => {
  smi?.close();
  vi.useRealTimers();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A tool that prints what was recorded, as the real one would. */
function tool(script: string): string {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-gpu-"));
  const path = join(folder, "nvidia-smi");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function read(command: string, count: number): Promise<GpuReading[]> {
  const readings: GpuReading[] = [];
  return new Promise((resolve) => {
    smi = new NvidiaSmi({
      command,
      now: Date.now,
      read(reading) {
        readings.push(reading);
        if (readings.length === count) resolve(readings);
      },
    });
    smi.start();
  });
}

test("rows of all GPUs are read as they come, whatever stands between them", async () => {
  const command = tool(
    `echo '${ROW}'; echo 'Unable to determine the device handle'; echo '${ROW.replace("0b1c, 3", "ffff, 4")}'; exec sleep 60`,
  );
  expect((await read(command, 2)).map(({ index }) => index)).toEqual([3, 4]);
});

test.each([
  ["ends", "exit 9"],
  ["hangs", "exec sleep 60"],
])("a tool that %s is asked again", async (_, act) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const command = tool(`if [ -e "$0.again" ]; then echo '${ROW}'; exec sleep 60; fi; touch "$0.again"; ${act}`);
  const reading = read(command, 1);
  await vi.waitFor(() => expect(existsSync(`${command}.again`)).toBe(true), { timeout: 5000 });
  let done = false;
  void reading.then(() => {
    done = true;
  });
  // The clock is ours, the process is not: it gets some time of its own at each step.
  await vi.waitFor(
    async () => {
      await vi.advanceTimersByTimeAsync(1000);
      expect(done).toBe(true);
    },
    { timeout: 10_000, interval: 20 },
  );
  expect((await reading).length).toBe(1);
});

test("a field that the driver does not know is left out, and the others are read", async () => {
  const command = tool(
    `case "$1" in *clocks.sm*) echo 'Field "clocks.sm" is not a valid field to query.'; exit 2;; esac
     echo '${ROW.replace(", 1980", "")}'; exec sleep 60`,
  );
  const [reading] = await read(command, 1);
  expect([...(reading?.values.keys() ?? [])]).toEqual(GPU_METRICS.filter((field) => field !== "clocks.sm"));
});

test("a field that an older driver knows by another name is read all the same", async () => {
  const [now, before] = ["clocks_event_reasons.active", "clocks_throttle_reasons.active"];
  const command = tool(
    `case "$1" in *${now}*) echo 'Field "${now}" is not a valid field to query.'; exit 2;; *${before}*) ;; *) exit 3;; esac
     echo '${ROW}'; exec sleep 60`,
  );
  const [reading] = await read(command, 1);
  expect([...(reading?.values.keys() ?? [])]).toEqual([...GPU_METRICS]);
});

test("where there is no such tool, nothing happens", () => {
  smi = new NvidiaSmi({
    command: "/nonexistent/nvidia-smi",
    now: Date.now,
    read: () => expect.fail("a reading from nowhere"),
  });
  smi.start();
});
