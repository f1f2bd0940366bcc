import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import { backfill } from "../../agent/cli/backfill.ts";
import { openAgentsBench } from "../server/agents-fixture.ts";
import { atLeast, atMost, type Figure } from "./figure.ts";

/**
 * What importing one long log costs, from its bytes to the last commit with its diagnosis on the way: agent, spool, socket and
 * store, all in this process. A gigabyte has to take less than ten minutes, and memory must not grow with the file: try
 * `--mb=1000` against the default.
 */
const TOKEN = "a token of the bench, long enough";
const LINES_AT_ONCE = 10_000;
const SAMPLE_MS = 50;
const MIB = 1024 * 1024;

export async function benchImport({ megabytes }: { megabytes: number }): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-bench-"));
  const failed = (error: unknown): void => {
    throw error;
  };
  try {
    const log = join(folder, "train.log");
    const bytes = writeLog(log, megabytes * 1e6);
    const server = await openAgentsBench(join(folder, "store"), TOKEN, failed);
    const before = process.memoryUsage.rss();
    const stop = new AbortController();
    const peak = peakRss(stop.signal);
    const began = performance.now();
    const [run] = await backfill([{ path: log, group: null }], {
      folder: join(folder, "agent"),
      url: server.url,
      token: TOKEN,
      version: "bench",
      signal: new AbortController().signal,
      read: () => {},
      failed: (_, error) => failed(error),
    });
    const seconds = (performance.now() - began) / 1000;
    stop.abort();
    const growth = ((await peak) - before) / MIB;
    await server.close();
    return [
      atLeast("import", "MB/s", [bytes / 1e6 / seconds], 1.7),
      atLeast("points", "points/s", [(run?.values ?? 0) / seconds], 70_000),
      atMost("peak RSS above the start", "MiB", [growth], 512),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function peakRss(signal: AbortSignal): Promise<number> {
  let peak = 0;
  try {
    for await (const _ of setInterval(SAMPLE_MS, null, { signal })) peak = Math.max(peak, process.memoryUsage.rss());
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return peak;
}

/** A log as the Hugging Face Trainer prints it. @returns its bytes */
function writeLog(path: string, size: number): number {
  const file = openSync(path, "w");
  let bytes = 0;
  for (let i = 0; bytes < size; i += LINES_AT_ONCE) {
    bytes += writeSync(file, Array.from({ length: LINES_AT_ONCE }, (_, k) => line(i + k)).join(""));
  }
  closeSync(file);
  return bytes;
}

function line(i: number): string {
  const loss = (2 + 6 * (1 + i) ** -0.3).toFixed(4);
  const rate = 5e-5 / (1 + i / 1e6);
  return `{'loss': ${loss}, 'grad_norm': ${(1 + (i % 7) / 10).toFixed(6)}, 'learning_rate': ${rate}, 'epoch': ${(i / 1e5).toFixed(2)}}\n`;
}
