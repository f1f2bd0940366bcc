import type { Tape, Tensor } from "../tape.ts";

const EPSILON = 1e-5;

/** Rows to mean 0 and variance 1, then gain and bias by column. */
export function layerNorm(tape: Tape, x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const { rows, cols } = x;
  const y = tape.result(rows, cols);
  const unit = tape.result(rows, cols).data;
  const inverse = tape.result(rows, 1).data;
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    let mean = 0;
    for (let j = 0; j < cols; j++) mean += x.data[at + j]!;
    mean /= cols;
    let variance = 0;
    for (let j = 0; j < cols; j++) variance += (x.data[at + j]! - mean) ** 2;
    inverse[i] = 1 / Math.sqrt(variance / cols + EPSILON);
    for (let j = 0; j < cols; j++) {
      unit[at + j] = (x.data[at + j]! - mean) * inverse[i]!;
      y.data[at + j] = unit[at + j]! * gain.data[j]! + bias.data[j]!;
    }
  }
  tape.record(() => {
    for (let i = 0; i < rows; i++) {
      const at = i * cols;
      let mean = 0;
      let along = 0;
      for (let j = 0; j < cols; j++) {
        const dy = y.grad![at + j]!;
        if (bias.grad !== null) bias.grad[j]! += dy;
        if (gain.grad !== null) gain.grad[j]! += dy * unit[at + j]!;
        mean += dy * gain.data[j]!;
        along += dy * gain.data[j]! * unit[at + j]!;
      }
      if (x.grad === null) continue;
      for (let j = 0; j < cols; j++) {
        const own = y.grad![at + j]! * gain.data[j]!;
        x.grad[at + j]! += inverse[i]! * (own - mean / cols - (unit[at + j]! * along) / cols);
      }
    }
  });
  return y;
}

/** Rows to mean square 1, then gain by column. */
export function rmsNorm(tape: Tape, x: Tensor, gain: Tensor): Tensor {
  return scaledRows(tape, x, gain, x.cols);
}

/** Rows to length 1. */
export function unitRows(tape: Tape, x: Tensor): Tensor {
  return scaledRows(tape, x, null, 1);
}

/** Rows divided by √(their sum of squares / share). */
function scaledRows(tape: Tape, x: Tensor, gain: Tensor | null, share: number): Tensor {
  const { rows, cols } = x;
  const y = tape.result(rows, cols);
  const inverse = tape.result(rows, 1).data;
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    let squares = 0;
    for (let j = 0; j < cols; j++) squares += x.data[at + j]! ** 2;
    inverse[i] = 1 / Math.sqrt(squares / share + EPSILON);
    for (let j = 0; j < cols; j++) y.data[at + j] = x.data[at + j]! * inverse[i]! * (gain === null ? 1 : gain.data[j]!);
  }
  tape.record(() => {
    for (let i = 0; i < rows; i++) {
      const at = i * cols;
      const r = inverse[i]!;
      let along = 0;
      for (let j = 0; j < cols; j++) {
        const dy = y.grad![at + j]!;
        const unit = x.data[at + j]! * r;
        if (gain !== null && gain.grad !== null) gain.grad[j]! += dy * unit;
        along += dy * unit * (gain === null ? 1 : gain.data[j]!);
      }
      if (x.grad === null) continue;
      for (let j = 0; j < cols; j++) {
        const own = y.grad![at + j]! * (gain === null ? 1 : gain.data[j]!);
        x.grad[at + j]! += r * (own - (x.data[at + j]! * r * along) / share);
      }
    }
  });
  return y;
}
