import { type ChildProcess, spawn } from "node:child_process";
import { GPU_METRICS } from "#lib/protocol/index.ts";

/**
 * Readings of NVIDIA GPUs from one long-lived `nvidia-smi`, asked for a row of each GPU every second. A machine without the
 * tool or without a GPU gives nothing and makes no fuss; a tool that ends is asked again, ever more rarely. One that falls
 * silent (it can hang for ever on a sick GPU) is killed, and asked again when it is gone: there is never a second one.
 */
export type GpuReading = {
  uuid: string;
  /** As the tool counts them, from 0; may change when the host starts anew. */
  index: number;
  model: string;
  /** Epoch ms by our clock, when the row was read. */
  at: number;
  /** By field name, in the tool's units: %, MiB, °C, W, MHz, a bit mask. What it does not know is missing, never 0. */
  values: Map<string, number>;
};

const IDENTITY = ["uuid", "index", "name"];
type Field = { name: string; asked: string };
/** Fields that drivers before 535 know by another name. */
const OLDER_NAMES = new Map([["clocks_event_reasons.active", "clocks_throttle_reasons.active"]]);
const EVERY_MS = 1000;
/** No row for this long: the tool hangs. Waking idle GPUs can take it ten seconds. */
const SILENT_MS = 30_000;
const RETRY_FIRST_MS = 5000;
const RETRY_MOST_MS = 10 * 60_000;
const LINE_CHARS = 4096;

/**
 * One row of `--format=csv,noheader,nounits`, or null when it is an error text or of another shape.
 *
 * @param fields asked for after uuid, index and name; each has one numeric value or words that say why there is none
 */
export function readGpuRow(line: string, at: number, fields: readonly string[]): GpuReading | null {
  const [uuid = "", index = "", model = "", ...cells] = line.split(",").map((cell) => cell.trim());
  if (cells.length !== fields.length || !/^(GPU|MIG)-[\w/-]{1,80}$/.test(uuid) || !/^\d{1,4}$/.test(index)) return null;
  const values = new Map<string, number>();
  for (const [i, field] of fields.entries()) {
    const cell = cells[i] as string;
    if (/^(?:-?\d+(?:\.\d+)?|0x[\da-f]{1,16})$/i.test(cell)) values.set(field, Number(cell));
  }
  return { uuid, index: Number(index), model: model.slice(0, 100), at, values };
}

export class NvidiaSmi {
  readonly #command: string;
  readonly #now: () => number;
  readonly #read: (reading: GpuReading) => void;
  /** What is asked for, and the name it is stored under. Drivers come and go with fields, and one that they do not know costs
   * the whole answer: then it is asked for by its older name, or left out. */
  #fields: readonly Field[] = GPU_METRICS.map((name) => ({ name, asked: name }));
  #child: ChildProcess | null = null;
  #watchdog: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #retryMs = RETRY_FIRST_MS;
  #closed = false;

  /** @param options.command the tool's name or path; it is run without a shell */
  constructor(options: { command: string; now: () => number; read: (reading: GpuReading) => void }) {
    this.#command = options.command;
    this.#now = options.now;
    this.#read = options.read;
  }

  start(): void {
    const query = [...IDENTITY, ...this.#fields.map(({ asked }) => asked)].join(",");
    const child = spawn(
      this.#command,
      [`--query-gpu=${query}`, "--format=csv,noheader,nounits", "-lms", String(EVERY_MS)],
      { stdio: ["ignore", "pipe", "ignore"], windowsHide: true },
    );
    this.#child = child;
    let rest = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-LINE_CHARS);
      for (const line of lines) this.#take(line.trim());
    });
    // Where there is no such tool, looking again soon is pointless.
    child.on("error", ({ code }: NodeJS.ErrnoException) =>
      this.#ended(child, code === "ENOENT" ? RETRY_MOST_MS : this.#retryMs),
    );
    child.on("close", () => this.#ended(child, this.#retryMs));
    this.#watch();
  }

  /** Ends the tool. */
  close(): void {
    this.#closed = true;
    if (this.#watchdog) clearTimeout(this.#watchdog);
    if (this.#retry) clearTimeout(this.#retry);
    this.#kill();
    // One that is stuck in the driver does not die, and must not keep us alive.
    this.#child?.unref();
  }

  #take(line: string): void {
    const unknown = /^Field "([\w.]+)" is not a valid field to query/.exec(line)?.[1];
    if (unknown !== undefined && this.#fields.some(({ asked }) => asked === unknown)) {
      const older = OLDER_NAMES.get(unknown);
      this.#fields = this.#fields.flatMap((field) =>
        field.asked !== unknown ? [field] : older === undefined ? [] : [{ ...field, asked: older }],
      );
      this.#retryMs = 0;
      return;
    }
    const reading = readGpuRow(
      line,
      this.#now(),
      this.#fields.map(({ name }) => name),
    );
    if (!reading) return;
    this.#retryMs = RETRY_FIRST_MS;
    this.#watch();
    this.#read(reading);
  }

  #watch(): void {
    if (this.#watchdog) clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#kill(), SILENT_MS);
  }

  #kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child?.stdout?.destroy();
  }

  #ended(child: ChildProcess, retryMs: number): void {
    if (this.#closed || this.#child !== child) return;
    if (this.#watchdog) clearTimeout(this.#watchdog);
    this.#child = null;
    this.#retry = setTimeout(() => this.start(), retryMs);
    this.#retryMs = Math.min(RETRY_MOST_MS, Math.max(RETRY_FIRST_MS, retryMs * 2));
  }
}
