import type { GpusView } from "#lib/protocol/index.ts";
import { fetchGpus } from "./api.ts";
import { Listeners } from "./listeners.ts";

const EVERY_MS = 10_000;
/** While nothing is there, or what is there does not move on. */
const RARELY_MS = 60_000;

/** Points of a series when eight GPUs or more share a page's width, and when one has it for itself. */
const BUCKETS_LEAST = 120;
const BUCKETS_MOST = 960;

/** The GPUs beside a run as this page knows them, read over HTTP while the tab is seen. */
export class GpuFeed {
  readonly #run: string;
  readonly #listeners = new Listeners();
  #gpus: GpusView | null = null;

  constructor(run: string) {
    this.#run = run;
  }

  readonly subscribe = this.#listeners.subscribe;
  /** Null until the first answer. */
  readonly gpus = (): GpusView | null => this.#gpus;

  /** Begins to read as finely as so many GPUs are drawn; the returned function ends it. */
  open(gpus: number): () => void {
    const closing = new AbortController();
    void this.#follow(Math.max(BUCKETS_LEAST, Math.floor(BUCKETS_MOST / gpus)), closing.signal);
    return () => closing.abort();
  }

  async #follow(buckets: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await seen(signal);
      const known = this.#gpus;
      // Without an answer what is known stands; the page says by itself that it is not connected.
      const next = await fetchGpus(this.#run, buckets, signal).catch(() => null);
      if (signal.aborted) return;
      const stands = (next ?? known)?.gpus.length === 0 || (next !== null && next.to === known?.to);
      if (next) this.#set(next);
      await pause(stands ? RARELY_MS : EVERY_MS, signal);
    }
  }

  #set(gpus: GpusView): void {
    this.#gpus = gpus;
    this.#listeners.notify();
  }
}

/** Resolves when the tab is seen, or on `signal`. */
function seen(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
