import { statfs } from "node:fs/promises";
import type { Condition } from "#lib/protocol/index.ts";
import { judgeDisk } from "#lib/rules/index.ts";

/**
 * Looks once a minute at the room on the disk of the data folder. What it finds concerns every run, and is told once: with
 * the one that got data last.
 */
export type DiskWatchOptions = {
  folder: string;
  /** The run that got data last, of those that go on; null when none does. */
  newestRun(): Promise<string | null>;
  heard(condition: Condition, run: string | null): Promise<void>;
  failed(error: unknown): void;
};

const EVERY_MS = 60_000;

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), EVERY_MS);
    void this.look();
  }

  async look(): Promise<void> {
    const { folder, newestRun, heard, failed } = this.#options;
    try {
      const { bavail, bsize, blocks } = await statfs(folder);
      const found = judgeDisk({ freeBytes: bavail * bsize, totalBytes: blocks * bsize });
      if (found) await heard(found, found.kind === "began" ? await newestRun() : null);
    } catch (error) {
      failed(error);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
