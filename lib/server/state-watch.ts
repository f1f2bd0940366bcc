import type { RunState } from "#lib/protocol/index.ts";

/**
 * Notices what only the clock tells: a run that falls silent, an agent that is gone, and that a run has ended. It looks at
 * runs that had data since the server started; a log that was old when it came is no alarm.
 */
export type StateWatchOptions = {
  /** The state of these runs now. */
  states(runs: string[]): Promise<{ id: string; state: RunState }[]>;
  changed(run: string, from: RunState, to: RunState): void;
  /** Time to look closer at the runs that may go on. */
  tick(runs: string[]): Promise<void>;
  failed(error: unknown): void;
};

const EVERY_MS = 1000;
/** Every so many looks comes a tick: a hang is told by what the GPUs show in several ticks. */
const TICK_EVERY = 15;
const OVER: readonly RunState[] = ["finished", "failed"];

export class StateWatch {
  readonly #options: StateWatchOptions;
  /** The last state told of each run that is not over. */
  readonly #known = new Map<string, RunState>();
  readonly #new = new Set<string>();
  #looks = 0;
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
    if (++this.#looks % TICK_EVERY !== 0) return;
    // A run that hangs is a quiet one.
    const live = [...this.#known].filter(([, state]) => state === "running" || state === "quiet");
    await this.#options.tick(live.map(([id]) => id));
  }
}
