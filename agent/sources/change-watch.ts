import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { TailChunk } from "./log-tail.ts";

/** Between two reads of a log that is being written. */
const ACTIVE_POLL_MS = 20;
/** A log that has not changed for this long is idle. */
const ACTIVE_MS = 2000;
/** Notifications miss network and overlay file systems, and a new file under the old name: look anyway. */
const IDLE_POLL_MS = 1000;

/**
 * Tells when reading a log again may pay. A log that is being written is read by the clock, as a notification per line would
 * cost more than it tells; an idle one is left to the system's notifications. Neither is more than a hint.
 */
export class ChangeWatch {
  readonly #path: string;
  readonly #now: () => number;
  #watcher: FSWatcher | null = null;
  /** Something was notified since the last wait. */
  #notified = false;
  #wake: () => void = () => {};
  /** The file as the last chunk showed it, and since when, by our clock. */
  #seen = "";
  #seenAt = 0;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Resolves when the log may have grown beyond `last`, the chunk read last; and when `signal` aborts. */
  async wait(last: TailChunk, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (last.kind === "read" && !last.eof)) return;
    const seen = last.kind === "read" ? `${last.size} ${last.mtimeMs}` : last.kind;
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#seenAt = this.#now();
    }
    if (this.#now() - this.#seenAt < ACTIVE_MS) {
      this.close();
      await this.#pause(ACTIVE_POLL_MS, signal);
      return;
    }
    if (!this.#watcher) {
      this.#watcher = this.#watch(last.kind === "missing");
      if (this.#watcher) return; // Read once more: what came before the watch began told nobody.
    }
    if (!this.#notified) await this.#pause(IDLE_POLL_MS, signal);
    this.#notified = false;
  }

  /** Lets go of the system's notifications; a later wait asks for them again. */
  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#notified = false;
  }

  /** A missing file is looked for in its folder. null when the system has no notifications to give. */
  #watch(missing: boolean): FSWatcher | null {
    const name = basename(this.#path);
    try {
      const watcher = watch(missing ? dirname(this.#path) : this.#path, (_event, changed) => {
        if (missing && changed !== null && changed !== name) return;
        this.#notified = true;
        this.#wake();
      });
      watcher.on("error", () => this.close());
      return watcher;
    } catch {
      return null; // No such folder yet, or no notifications left (ENOSPC): the slow look is enough.
    }
  }

  /** Resolves after `ms`, at a notification, or when `signal` aborts. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
}
