/**
 * Runs a task at most once at a time. Requests that come meanwhile are one more run afterwards, however many they are; a run
 * that fails is tried again a little later, until it succeeds or the whole is closed.
 */
export class Coalesced {
  readonly #task: (signal: AbortSignal) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #retryMs: number;
  readonly #closing = new AbortController();
  #running = false;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(task: (signal: AbortSignal) => Promise<void>, failed: (error: unknown) => void, retryMs = 2000) {
    this.#task = task;
    this.#failed = failed;
    this.#retryMs = retryMs;
  }

  get running(): boolean {
    return this.#running;
  }

  request(): void {
    if (this.#closing.signal.aborted) return;
    this.#again = true;
    if (!this.#running && this.#retry === null) void this.#run();
  }

  close(): void {
    this.#closing.abort();
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#again && !this.#closing.signal.aborted) {
        this.#again = false;
        await this.#task(this.#closing.signal);
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#failed(error);
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.request();
      }, this.#retryMs);
    } finally {
      this.#running = false;
    }
  }
}
