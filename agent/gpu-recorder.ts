import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { encodeRecord, errorCode, type PointGroup } from "#lib/protocol/index.ts";
import { type GpuReading, NvidiaSmi } from "./sources/index.ts";
import type { Spool } from "./spool/index.ts";

/**
 * Readings of this host's GPUs into the spool. Each GPU is a series of its own, known by host and uuid, placed by time;
 * several seconds travel in one record, and every record says whose it is. A reading that is not spooled cannot be read
 * again, but a log has to be: while the spool is more than half full, readings are left out.
 */
const EVERY_MS = 5000;
/** Readings of one GPU that wait for a slow disk; newer ones are left out. */
const WAITING_MOST = 60;

export type GpuRecorderOptions = {
  /** Name or path of the tool. */
  command: string;
  host: string;
  spool: Pick<Spool, "append" | "sync" | "uncommittedBytes" | "capacityBytes">;
  /** Called when new records are synced. */
  wake: () => void;
  now: () => number;
  failed: (error: unknown) => void;
};

export class GpuRecorder {
  readonly #options: GpuRecorderOptions;
  /** Not spooled yet, by uuid. */
  #waiting = new Map<string, GpuReading[]>();

  constructor(options: GpuRecorderOptions) {
    this.#options = options;
  }

  /** Records until `signal` aborts; then the tool is ended and what it gave is synced. */
  async run(signal: AbortSignal): Promise<void> {
    const { command, now } = this.#options;
    const smi = new NvidiaSmi({ command, now, read: (reading) => this.#take(reading) });
    smi.start();
    for (let stopping = false; !stopping; ) {
      await setTimeout(EVERY_MS, undefined, { signal }).catch(() => {}); // stopping
      stopping = signal.aborted;
      if (stopping) smi.close();
      await this.#flush();
    }
  }

  #take(reading: GpuReading): void {
    if (reading.values.size === 0) return;
    const rows = this.#waiting.get(reading.uuid);
    if (!rows) this.#waiting.set(reading.uuid, [reading]);
    else if (rows.length < WAITING_MOST) rows.push(reading);
  }

  async #flush(): Promise<void> {
    const { spool, wake, failed } = this.#options;
    const taken = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (taken.length === 0 || spool.uncommittedBytes > spool.capacityBytes / 2) return;
    try {
      for (const rows of taken) spool.append(this.#record(rows));
      await spool.sync();
      wake();
    } catch (error) {
      // A spool that is full or broken is told of by the logs that feed it.
      if (errorCode(error) !== "E_SPOOL_FULL" && errorCode(error) !== "E_SPOOL_IO") failed(error);
    }
  }

  #record(rows: readonly GpuReading[]): Uint8Array {
    const { host, now } = this.#options;
    const { uuid, index, model } = rows.at(-1) as GpuReading;
    return encodeRecord({
      kind: "chunk",
      t: now(),
      file: createHash("sha256").update(`gpu ${host} ${uuid}`).digest("hex").slice(0, 16),
      end: 0,
      state: null,
      groups: gather(rows),
      source: { kind: "gpu", path: uuid, name: `${index} ${model}`, project: null, host, identity: null },
    });
  }
}

/** Readings that know the same values, in columns. Step and line are the second it was read in. */
function gather(rows: readonly GpuReading[]): PointGroup[] {
  const alike = Map.groupBy(rows, ({ values }) => [...values.keys()].join("\n"));
  return [...alike.values()].map((group) => {
    const names = [...(group[0] as GpuReading).values.keys()];
    const at = Float64Array.from(group, (reading) => reading.at);
    const second = at.map((time) => Math.floor(time / 1000));
    const values = names.map((name) => Float64Array.from(group, (reading) => reading.values.get(name) as number));
    return { names, step: second, at, line: second, values };
  });
}
