import type { Tape, Tensor } from "../tape.ts";

export type AttentionShape = { length: number; heads: number; causal: boolean };

/** Softmax attention within each block of `length` rows, by heads that split the columns. */
export function attention(
  tape: Tape,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { length, heads, causal }: AttentionShape,
): Tensor {
  const { rows, cols } = q;
  const depth = cols / heads;
  const scale = 1 / Math.sqrt(depth);
  const y = tape.result(rows, cols);
  const weights = tape.result(rows * heads, length).data;
  const seen = (i: number): number => (causal ? i + 1 : length);
  for (let start = 0; start < rows; start += length) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < length; i++) {
        const at = (start + i) * cols + head * depth;
        const row = ((start + i) * heads + head) * length;
        let highest = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < seen(i); j++) {
          const other = (start + j) * cols + head * depth;
          let sum = 0;
          for (let d = 0; d < depth; d++) sum += q.data[at + d]! * k.data[other + d]!;
          weights[row + j] = sum * scale;
          if (sum * scale > highest) highest = sum * scale;
        }
        let total = 0;
        for (let j = 0; j < seen(i); j++) {
          weights[row + j] = Math.exp(weights[row + j]! - highest);
          total += weights[row + j]!;
        }
        for (let j = 0; j < seen(i); j++) {
          weights[row + j]! /= total;
          const weight = weights[row + j]!;
          const other = (start + j) * cols + head * depth;
          for (let d = 0; d < depth; d++) y.data[at + d]! += weight * v.data[other + d]!;
        }
      }
    }
  }
  tape.record(() => {
    const [dq, dk, dv, dy] = [q.grad!, k.grad!, v.grad!, y.grad!];
    const slope = new Float64Array(length);
    for (let start = 0; start < rows; start += length) {
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < length; i++) {
          const at = (start + i) * cols + head * depth;
          const row = ((start + i) * heads + head) * length;
          let mean = 0;
          for (let j = 0; j < seen(i); j++) {
            const other = (start + j) * cols + head * depth;
            const weight = weights[row + j]!;
            let sum = 0;
            for (let d = 0; d < depth; d++) {
              sum += dy[at + d]! * v.data[other + d]!;
              dv[other + d]! += weight * dy[at + d]!;
            }
            slope[j] = sum;
            mean += weight * sum;
          }
          for (let j = 0; j < seen(i); j++) {
            const other = (start + j) * cols + head * depth;
            const ds = weights[row + j]! * (slope[j]! - mean) * scale;
            for (let d = 0; d < depth; d++) {
              dq[at + d]! += ds * k.data[other + d]!;
              dk[other + d]! += ds * q.data[at + d]!;
            }
          }
        }
      }
    }
  });
  return y;
}
