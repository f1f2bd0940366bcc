/**
 * Counts the stretches of a run between (re)starts. A new one begins where the step goes back among observations of the same
 * metrics; other metrics that still lag in the stretch before merely move on with their next observation.
 */
export class AttemptCounter {
  #attempt = 0;
  readonly #seen = new Map<string, { attempt: number; step: number }>();

  /** The attempt (from 1) of the next observation, which has these metrics at this step. */
  next(metrics: readonly string[], step: number): number {
    const key = metrics.join("\n");
    const last = this.#seen.get(key);
    if (this.#attempt === 0 || (last?.attempt === this.#attempt && step < last.step)) this.#attempt += 1;
    this.#seen.set(key, { attempt: this.#attempt, step });
    return this.#attempt;
  }
}
