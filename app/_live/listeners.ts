/** Whom to tell of a change. A hidden tab is told once, when it is seen again. */
export class Listeners {
  readonly #listeners = new Set<() => void>();
  #waiting = false;

  /** Bound, so that React can take it as it is. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  notify(): void {
    if (!document.hidden) {
      for (const listener of this.#listeners) listener();
      return;
    }
    if (this.#waiting) return;
    this.#waiting = true;
    document.addEventListener(
      "visibilitychange",
      () => {
        this.#waiting = false;
        this.notify();
      },
      { once: true },
    );
  }
}
