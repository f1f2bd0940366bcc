import type { Tape, Tensor } from "../tape.ts";

/** Rows of a table by their numbers. */
export function embed(tape: Tape, table: Tensor, ids: ArrayLike<number>): Tensor {
  const { cols } = table;
  const y = tape.result(ids.length, cols);
  for (let i = 0; i < ids.length; i++) {
    for (let j = 0; j < cols; j++) y.data[i * cols + j] = table.data[ids[i]! * cols + j]!;
  }
  tape.record(() => {
    if (table.grad === null) return;
    for (let i = 0; i < ids.length; i++) {
      for (let j = 0; j < cols; j++) table.grad[ids[i]! * cols + j]! += y.grad![i * cols + j]!;
    }
  });
  return y;
}

/** Adds the table, which has one row a position, to every block of as many rows. */
export function addPositions(tape: Tape, x: Tensor, table: Tensor): Tensor {
  const y = tape.result(x.rows, x.cols);
  const size = y.data.length;
  const block = table.data.length;
  for (let i = 0; i < size; i++) y.data[i] = x.data[i]! + table.data[i % block]!;
  tape.record(() => {
    for (let i = 0; i < size; i++) {
      if (x.grad !== null) x.grad[i]! += y.grad![i]!;
      if (table.grad !== null) table.grad[i % block]! += y.grad![i]!;
    }
  });
  return y;
}

/** Each row beside its neighbours within its block of `length` rows, zeros beyond the ends: a convolution is this times weights. */
export function neighbourhoods(tape: Tape, x: Tensor, length: number, span: number): Tensor {
  const { rows, cols } = x;
  const y = tape.result(rows, span * cols);
  const reach = span >> 1;
  const eachPair = (visit: (from: number, to: number) => void): void => {
    for (let i = 0; i < rows; i++) {
      const position = i % length;
      for (let s = 0; s < span; s++) {
        const other = position + s - reach;
        if (other >= 0 && other < length) visit((i + s - reach) * cols, (i * span + s) * cols);
      }
    }
  };
  eachPair((from, to) => {
    for (let j = 0; j < cols; j++) y.data[to + j] = x.data[from + j]!;
  });
  tape.record(() => {
    const dx = x.grad;
    if (dx === null) return;
    eachPair((from, to) => {
      for (let j = 0; j < cols; j++) dx[from + j]! += y.grad![to + j]!;
    });
  });
  return y;
}

/** The mean of every `block` rows. */
export function blockMeans(tape: Tape, x: Tensor, block: number): Tensor {
  const { rows, cols } = x;
  const y = tape.result(rows / block, cols);
  for (let i = 0; i < rows; i++) {
    const to = Math.floor(i / block) * cols;
    for (let j = 0; j < cols; j++) y.data[to + j]! += x.data[i * cols + j]! / block;
  }
  tape.record(() => {
    if (x.grad === null) return;
    for (let i = 0; i < rows; i++) {
      const from = Math.floor(i / block) * cols;
      for (let j = 0; j < cols; j++) x.grad[i * cols + j]! += y.grad![from + j]! / block;
    }
  });
  return y;
}

/** The same numbers in other rows and columns. */
export function reshaped(x: Tensor, rows: number): Tensor {
  return { rows, cols: x.data.length / rows, data: x.data, grad: x.grad };
}
