import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { atLeast, atMost, type Figure } from "./figure.ts";

/**
 * What `curvewatch import` of one long log costs, from its bytes to the last commit: agent, spool, socket, server and store, as
 * a person starts them. A gigabyte has to take less than ten minutes, and memory must not grow with the file: what the
 * processes take is held against an import of a small log, so `--mb=1000` may show little more than the default does.
 */
const SMALL_BYTES = 100_000;
const LINES_AT_ONCE = 1000;
const SAMPLE_MS = 250;
const launcher = fileURLToPath(new URL("../../agent/cli/launch.js", import.meta.url));

export async function benchImport({ megabytes }: { megabytes: number }): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-bench-"));
  try {
    // The first one builds the pages where they are not built.
    await importLog(folder, "first", SMALL_BYTES);
    const small = await importLog(folder, "small", SMALL_BYTES);
    const large = await importLog(folder, "large", megabytes * 1e6);
    const seconds = large.seconds - small.seconds;
    return [
      atLeast("import", "MB/s", [(large.bytes - small.bytes) / 1e6 / seconds], 1.7),
      atLeast("points", "points/s", [(large.points - small.points) / seconds], 70_000),
      atMost("peak RSS over a small log", "MiB", [large.peakMib - small.peakMib], 512),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Cost = { bytes: number; points: number; seconds: number /** Of all its processes together. */; peakMib: number };

async function importLog(folder: string, name: string, size: number): Promise<Cost> {
  const log = join(folder, `${name}.log`);
  const bytes = writeLog(log, size);
  const began = performance.now();
  const child = spawn(process.execPath, [launcher, "import", log, "--data", join(folder, name)]);
  let told = "";
  child.stdout.resume();
  child.stderr.on("data", (data) => (told += data));
  const closed = once(child, "close");
  let peakMib = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peakMib = Math.max(peakMib, await residentMib(child.pid!));
    await Promise.race([closed, setTimeout(SAMPLE_MS)]);
  }
  await closed;
  if (child.exitCode !== 0) throw new Error(`the import ended with ${child.exitCode}: ${told}`);
  const points = Number(/([\d,]+) points? added/.exec(told)?.[1]?.replaceAll(",", ""));
  return { bytes, points, seconds: (performance.now() - began) / 1000, peakMib };
}

/** What a process and all that came of it have in memory. */
async function residentMib(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,rss="]);
  const rows = stdout.trim().split("\n");
  const processes = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number, number]);
  const family = new Set([pid]);
  // A set that grows while it is walked is walked to its end.
  for (const parent of family) for (const [own, of] of processes) if (of === parent) family.add(own);
  return processes.reduce((sum, [own, , kib]) => sum + (family.has(own) ? kib / 1024 : 0), 0);
}

/** A log as the Hugging Face Trainer prints it. @returns its bytes */
function writeLog(path: string, size: number): number {
  const file = openSync(path, "w");
  let bytes = 0;
  for (let i = 0; bytes < size; i += LINES_AT_ONCE)
    bytes += writeSync(file, Array.from({ length: LINES_AT_ONCE }, (_, k) => line(i + k)).join(""));
  closeSync(file);
  return bytes;
}

function line(i: number): string {
  const loss = (2 + 6 * (1 + i) ** -0.3).toFixed(4);
  const rate = 5e-5 / (1 + i / 1e6);
  return `{'loss': ${loss}, 'grad_norm': ${(1 + (i % 7) / 10).toFixed(6)}, 'learning_rate': ${rate}, 'epoch': ${(i / 1e5).toFixed(2)}}\n`;
}
