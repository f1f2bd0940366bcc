import type { Tape, Tensor } from "../tape.ts";

/** Mean cross-entropy of rows of logits against classes. */
export function crossEntropy(tape: Tape, logits: Tensor, classes: ArrayLike<number>): Tensor {
  const { rows, cols } = logits;
  const loss = tape.result(1, 1);
  const logs = logSoftmax(tape, logits, 1);
  let sum = 0;
  for (let i = 0; i < rows; i++) sum -= logs[i * cols + classes[i]!]!;
  loss.data[0] = sum / rows;
  tape.record(() => {
    const share = loss.grad![0]! / rows;
    for (let i = 0; i < rows; i++) {
      const at = i * cols;
      for (let j = 0; j < cols; j++) logits.grad![at + j]! += share * Math.exp(logs[at + j]!);
      logits.grad![at + classes[i]!]! -= share;
    }
  });
  return loss;
}

/** Mean Kullback–Leibler divergence of rows of logits from a teacher's chances, both softened by a temperature. */
export function divergence(tape: Tape, logits: Tensor, teacher: Float64Array, temperature: number): Tensor {
  const { rows, cols } = logits;
  const loss = tape.result(1, 1);
  const logs = logSoftmax(tape, logits, temperature);
  let sum = 0;
  for (let i = 0; i < rows * cols; i++) {
    const p = teacher[i]!;
    if (p > 0) sum += p * (Math.log(p) - logs[i]!);
  }
  // Gradients of softened logits shrink with the square of the temperature; the usual factor gives it back.
  const factor = (temperature * temperature) / rows;
  loss.data[0] = sum * factor;
  tape.record(() => {
    const share = (loss.grad![0]! * factor) / temperature;
    for (let i = 0; i < rows * cols; i++) logits.grad![i]! += share * (Math.exp(logs[i]!) - teacher[i]!);
  });
  return loss;
}

/** Mean over all entries of (y − target)². */
export const squaredError = pointwiseLoss(
  (gap) => gap * gap,
  (gap) => 2 * gap,
);

/** Mean over all entries of |y − target|. */
export const absoluteError = pointwiseLoss(Math.abs, Math.sign);

/** Mean binary cross-entropy of logits against 0 and 1. */
export const binaryCrossEntropy = pointwiseLoss(
  (_, y, target) => Math.max(y, 0) - y * target + Math.log1p(Math.exp(-Math.abs(y))),
  (_, y, target) => 1 / (1 + Math.exp(-y)) - target,
);

type EntryLoss = (gap: number, y: number, target: number) => number;

function pointwiseLoss(f: EntryLoss, slope: EntryLoss): (tape: Tape, y: Tensor, target: Float64Array) => Tensor {
  return (tape, y, target) => {
    const loss = tape.result(1, 1);
    const size = y.data.length;
    let sum = 0;
    for (let i = 0; i < size; i++) sum += f(y.data[i]! - target[i]!, y.data[i]!, target[i]!);
    loss.data[0] = sum / size;
    tape.record(() => {
      const share = loss.grad![0]! / size;
      for (let i = 0; i < size; i++) y.grad![i]! += share * slope(y.data[i]! - target[i]!, y.data[i]!, target[i]!);
    });
    return loss;
  };
}

function logSoftmax(tape: Tape, logits: Tensor, temperature: number): Float64Array {
  const { rows, cols } = logits;
  const logs = tape.result(rows, cols).data;
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    let highest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < cols; j++) highest = Math.max(highest, logits.data[at + j]! / temperature);
    let total = 0;
    for (let j = 0; j < cols; j++) total += Math.exp(logits.data[at + j]! / temperature - highest);
    const offset = highest + Math.log(total);
    for (let j = 0; j < cols; j++) logs[at + j] = logits.data[at + j]! / temperature - offset;
  }
  return logs;
}
