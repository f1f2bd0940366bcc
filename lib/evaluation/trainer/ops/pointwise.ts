import type { Tape, Tensor } from "../tape.ts";

export type Activation = (tape: Tape, x: Tensor) => Tensor;

/** @param slope of f, given x and y = f(x) */
const pointwise =
  (f: (x: number) => number, slope: (x: number, y: number) => number): Activation =>
  (tape, x) => {
    const y = tape.result(x.rows, x.cols);
    const size = y.data.length;
    for (let i = 0; i < size; i++) y.data[i] = f(x.data[i]!);
    tape.record(() => {
      if (x.grad === null) return;
      for (let i = 0; i < size; i++) x.grad[i]! += y.grad![i]! * slope(x.data[i]!, y.data[i]!);
    });
    return y;
  };

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export const relu = pointwise(
  (x) => Math.max(x, 0),
  (x) => (x > 0 ? 1 : 0),
);
export const tanh = pointwise(Math.tanh, (_, y) => 1 - y * y);
export const sigmoid = pointwise(logistic, (_, y) => y * (1 - y));
export const silu = pointwise(
  (x) => x * logistic(x),
  (x, y) => {
    const s = logistic(x);
    return s + y * (1 - s);
  },
);

/** The logistic approximation, x·σ(1.702 x). */
export const gelu = pointwise(
  (x) => x * logistic(1.702 * x),
  (x, y) => {
    const s = logistic(1.702 * x);
    return s + 1.702 * y * (1 - s);
  },
);
