/** A matrix, row-major, with the gradient of the loss by it; `null` where nobody wants one. Sequences lie below each other. */
export type Tensor = { rows: number; cols: number; data: Float64Array; grad: Float64Array | null };

export function tensor(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Tensor {
  return { rows, cols, data, grad: new Float64Array(rows * cols) };
}

export function constant(rows: number, cols: number, data: Float64Array): Tensor {
  return { rows, cols, data, grad: null };
}

/**
 * What was computed, to be walked back for gradients. The n-th result of a pass takes the buffers of the n-th of the pass
 * before, since every step of a training computes the same shapes.
 */
export class Tape {
  readonly #results: Tensor[] = [];
  #used = 0;
  #steps: (() => void)[] = [];

  /** Forgets the pass; tensors it returned are overwritten by the next. */
  clear(): void {
    this.#used = 0;
    this.#steps = [];
  }

  /** A zeroed matrix, valid until `clear`. */
  result(rows: number, cols: number): Tensor {
    const at = this.#used++;
    const old = this.#results[at];
    if (old !== undefined && old.data.length === rows * cols) {
      old.data.fill(0);
      old.grad!.fill(0);
      old.rows = rows;
      old.cols = cols;
      return old;
    }
    this.#results[at] = tensor(rows, cols);
    return this.#results[at];
  }

  /** How gradients pass from a result to what it was made of: added there, never set. */
  record(back: () => void): void {
    this.#steps.push(back);
  }

  /** Gradients of a 1 × 1 result by everything it was made of. */
  backward(loss: Tensor): void {
    loss.grad![0] = 1;
    for (let i = this.#steps.length - 1; i >= 0; i--) this.#steps[i]!();
  }
}
