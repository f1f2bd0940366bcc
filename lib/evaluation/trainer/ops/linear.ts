import { addProduct, transposed } from "../kernels.ts";
import type { Tape, Tensor } from "../tape.ts";

/** x·w, plus a bias row. */
export function affine(tape: Tape, x: Tensor, w: Tensor, bias: Tensor | null = null): Tensor {
  const [m, k, n] = [x.rows, x.cols, w.cols];
  const y = tape.result(m, n);
  if (bias !== null) for (let i = 0; i < m; i++) y.data.set(bias.data, i * n);
  addProduct(y.data, x.data, w.data, m, k, n);
  tape.record(() => {
    if (w.grad !== null) addProduct(w.grad, x.data, y.grad!, k, m, n, true);
    if (x.grad !== null) addProduct(x.grad, y.grad!, transposed(w.data, k, n), m, n, k);
    const db = bias?.grad;
    if (db) for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) db[j]! += y.grad![i * n + j]!;
  });
  return y;
}

/** scale · a·bᵀ. */
export function similarities(tape: Tape, a: Tensor, b: Tensor, scale: number): Tensor {
  const [m, k, n] = [a.rows, a.cols, b.rows];
  const y = tape.result(m, n);
  addProduct(y.data, a.data, transposed(b.data, n, k), m, k, n);
  for (let i = 0; i < m * n; i++) y.data[i]! *= scale;
  tape.record(() => {
    for (let i = 0; i < m * n; i++) y.grad![i]! *= scale;
    if (a.grad !== null) addProduct(a.grad, y.grad!, b.data, m, n, k);
    if (b.grad !== null) addProduct(b.grad, y.grad!, a.data, n, m, k, true);
  });
  return y;
}

export function add(tape: Tape, a: Tensor, b: Tensor): Tensor {
  return weightedSum(tape, a, 1, b, 1);
}

/** p·a + q·b. */
export function weightedSum(tape: Tape, a: Tensor, p: number, b: Tensor, q: number): Tensor {
  const y = tape.result(a.rows, a.cols);
  const size = y.data.length;
  for (let i = 0; i < size; i++) y.data[i] = p * a.data[i]! + q * b.data[i]!;
  tape.record(() => {
    const dy = y.grad!;
    if (a.grad !== null) for (let i = 0; i < size; i++) a.grad[i]! += p * dy[i]!;
    if (b.grad !== null) for (let i = 0; i < size; i++) b.grad[i]! += q * dy[i]!;
  });
  return y;
}

/** Elementwise. */
export function multiply(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const y = tape.result(a.rows, a.cols);
  const size = y.data.length;
  for (let i = 0; i < size; i++) y.data[i] = a.data[i]! * b.data[i]!;
  tape.record(() => {
    const dy = y.grad!;
    if (a.grad !== null) for (let i = 0; i < size; i++) a.grad[i]! += dy[i]! * b.data[i]!;
    if (b.grad !== null) for (let i = 0; i < size; i++) b.grad[i]! += dy[i]! * a.data[i]!;
  });
  return y;
}

/** Row by row the inner product: one column. */
export function rowProducts(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const { rows, cols } = a;
  const y = tape.result(rows, 1);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) sum += a.data[j]! * b.data[j]!;
    y.data[i] = sum;
  }
  tape.record(() => {
    for (let i = 0; i < rows; i++) {
      const dy = y.grad![i]!;
      for (let j = i * cols; j < (i + 1) * cols; j++) {
        if (a.grad !== null) a.grad[j]! += dy * b.data[j]!;
        if (b.grad !== null) b.grad[j]! += dy * a.data[j]!;
      }
    }
  });
  return y;
}
