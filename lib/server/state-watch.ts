import type { RunState } from "#lib/protocol/index.ts";

/**
 * Notices what only the clock tells: a run that falls silent, an agent that is gone, and that a run has ended. It looks at
 * runs that were seen running since the server started; a log that was old when it came is no alarm.
 */
export type StateWatchOptions = {
  /** The state of these runs now. */
  states(runs: string[]): Promise<{ id: string; state: RunState }[]>;
  changed(run: string, from: RunState, to: RunState): void;
  failed(error: unknown): void;
};

const EVERY_MS = 1000;
const OVER: readonly RunState[] = ["finished", "failed"];

export class StateWatch {
  readonly #options: StateWatchOptions;
  /** The last state told of each run that is not over. */
  readonly #known = new Map<string, RunState>();
  readonly #new = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: StateWatchOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#tick(), EVERY_MS);
  }

  /** A run has data: it is worth watching. */
  seen(run: string): void {
    if (!this.#known.has(run)) this.#new.add(run);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tick(): Promise<void> {
    await this.#look().catch(this.#options.failed);
    if (this.#timer) this.#timer = setTimeout(() => this.#tick(), EVERY_MS);
  }

  async #look(): Promise<void> {
    const runs = [...new Set([...this.#known.keys(), ...this.#new])];
    if (runs.length === 0) return;
    this.#new.clear();
    for (const { id, state } of await this.#options.states(runs)) {
      const before = this.#known.get(id);
      if (OVER.includes(state)) this.#known.delete(id);
      else this.#known.set(id, state);
      if (before === state) continue;
      // First sight of a run is no change, but its end is news however it came.
      if (before !== undefined || OVER.includes(state)) this.#options.changed(id, before ?? state, state);
    }
  }
}
