/**
 * How many messages a channel takes now: a token bucket of `burst`, filled at `perMinute`. Receivers that are sent more refuse
 * for minutes (RELIABILITY.md §4.3), so it is kept to before they say so.
 */
export type Limits = { perMinute: number; burst: number };

export class Pace {
  readonly #limits: Limits;
  #tokens: number;
  #at: number;

  constructor(limits: Limits, now: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#at = now;
  }

  #fill(now: number): void {
    const { perMinute, burst } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#at) * perMinute) / 60_000);
    this.#at = now;
  }

  /** @returns whether one more may be sent now; then it is counted */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether exactly one more fits. */
  isLast(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= 1 && this.#tokens < 2;
  }

  /** When the next one may be sent, epoch ms. */
  freeAt(now: number): number {
    this.#fill(now);
    return now + Math.ceil((Math.max(0, 1 - this.#tokens) * 60_000) / this.#limits.perMinute);
  }
}
