import type { XAxis } from "#lib/protocol/index.ts";

/** What is shown along x. */
export type XView = { kind: XAxis; min: number; max: number };

/**
 * The x axis that all charts of a page share: the strip says what it shows, charts under it follow; and the crosshair, which
 * whoever is pointed at moves for all of them. It moves with the pointer, so it passes React by.
 */
export class Stage {
  readonly #viewListeners = new Set<() => void>();
  readonly #crosshairListeners = new Set<(x: number | null) => void>();
  #view: XView | null = null;
  #crosshair: number | null = null;

  readonly view = (): XView | null => this.#view;

  show(view: XView): void {
    const known = this.#view;
    if (known && known.kind === view.kind && known.min === view.min && known.max === view.max) return;
    this.#view = view;
    for (const listener of this.#viewListeners) listener();
  }

  readonly subscribeView = (listener: () => void): (() => void) => {
    this.#viewListeners.add(listener);
    return () => this.#viewListeners.delete(listener);
  };

  /**
   * @param x in units of the axis; null takes it away
   * @param own a listener that knows already
   */
  point(x: number | null, own?: (x: number | null) => void): void {
    if (x === this.#crosshair) return;
    this.#crosshair = x;
    for (const listener of this.#crosshairListeners) if (listener !== own) listener(x);
  }

  readonly subscribeCrosshair = (listener: (x: number | null) => void): (() => void) => {
    this.#crosshairListeners.add(listener);
    return () => this.#crosshairListeners.delete(listener);
  };
}
