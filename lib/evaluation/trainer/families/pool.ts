import type { Random } from "../random.ts";
import { constant, type Tape, type Tensor } from "../tape.ts";
import type { Batch, Problem } from "../training.ts";

/** Samples by number: what goes in, and the loss of what comes out against their targets. */
export type Pool = {
  /** One row a sample, or several where `rowsEach` says so. */
  inputs: Float64Array;
  size: number;
  rowsEach?: number;
};

export type PoolProblem = {
  parameters: readonly Tensor[];
  pool: Pool;
  batch: number;
  loss(tape: Tape, x: Tensor, samples: Int32Array): Tensor;
};

const HELD_OUT = 64;

/** Batches drawn with replacement from all but the last samples, which are held out. */
export function poolProblem({ parameters, pool, batch, loss }: PoolProblem): Problem {
  const width = pool.inputs.length / pool.size;
  const rows = pool.rowsEach ?? 1;
  const batchOf = (samples: Int32Array): Batch => {
    const data = new Float64Array(samples.length * width);
    samples.forEach((sample, i) => {
      data.set(pool.inputs.subarray(sample * width, (sample + 1) * width), i * width);
    });
    const x = constant(samples.length * rows, width / rows, data);
    return (tape) => loss(tape, x, samples);
  };
  const known = pool.size - HELD_OUT;
  const whole = batch >= known ? batchOf(Int32Array.from({ length: known }, (_, i) => i)) : null;
  return {
    parameters,
    batch: (random) => whole ?? batchOf(Int32Array.from({ length: batch }, () => random.int(known))),
    heldOut: batchOf(Int32Array.from({ length: HELD_OUT }, (_, i) => known + i)),
  };
}

/** The targets of some samples, one row each. */
export function rowsOf(targets: Float64Array, width: number, samples: Int32Array): Float64Array {
  const rows = new Float64Array(samples.length * width);
  samples.forEach((sample, i) => {
    rows.set(targets.subarray(sample * width, (sample + 1) * width), i * width);
  });
  return rows;
}

/** What a fixed random network of one tanh layer says of every input row: the rule a student is to find. */
export function teacherOutputs(
  random: Random,
  inputs: Float64Array,
  widths: readonly [number, number, number],
): Float64Array {
  const [width, hidden, outputs] = widths;
  const into = random.normals(width * hidden, 1.5 / Math.sqrt(width));
  const out = random.normals(hidden * outputs, 1 / Math.sqrt(hidden));
  const size = inputs.length / width;
  const y = new Float64Array(size * outputs);
  const h = new Float64Array(hidden);
  for (let i = 0; i < size; i++) {
    h.fill(0);
    for (let p = 0; p < width; p++) {
      const x = inputs[i * width + p]!;
      for (let j = 0; j < hidden; j++) h[j]! += x * into[p * hidden + j]!;
    }
    for (let p = 0; p < hidden; p++) {
      const x = Math.tanh(h[p]!);
      for (let j = 0; j < outputs; j++) y[i * outputs + j]! += x * out[p * outputs + j]!;
    }
  }
  return y;
}
