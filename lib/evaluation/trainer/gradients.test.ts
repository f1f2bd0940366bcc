import { expect, test } from "vitest";
import { attention } from "./ops/attention.ts";
import { add, affine, multiply, rowProducts, similarities, weightedSum } from "./ops/linear.ts";
import { absoluteError, binaryCrossEntropy, crossEntropy, divergence, squaredError } from "./ops/loss.ts";
import { layerNorm, rmsNorm, unitRows } from "./ops/norm.ts";
import { gelu, relu, sigmoid, silu, tanh } from "./ops/pointwise.ts";
import { addPositions, blockMeans, embed, neighbourhoods, reshaped } from "./ops/sequence.ts";
import { Random } from "./random.ts";
import { Tape, type Tensor, tensor } from "./tape.ts";

type Shape = readonly [rows: number, cols: number];
type Op = (tape: Tape, ...inputs: Tensor[]) => Tensor;

const unary = [[6, 4]] as const;
const pair = [
  [6, 4],
  [6, 4],
] as const;

const ops: Record<string, [shapes: readonly Shape[], op: Op]> = {
  "affine, even rows": [[...unary, [4, 3], [1, 3]], (tape, x, w, b) => affine(tape, x!, w!, b!)],
  "affine, odd rows, five terms": [
    [
      [5, 5],
      [5, 3],
    ],
    (tape, x, w) => affine(tape, x!, w!),
  ],
  similarities: [[...unary, [5, 4]], (tape, a, b) => similarities(tape, a!, b!, 0.7)],
  add: [pair, (tape, a, b) => add(tape, a!, b!)],
  "weighted sum": [pair, (tape, a, b) => weightedSum(tape, a!, 0.3, b!, -2)],
  multiply: [pair, (tape, a, b) => multiply(tape, a!, b!)],
  "multiply by itself": [unary, (tape, a) => multiply(tape, a!, a!)],
  "row products": [pair, (tape, a, b) => rowProducts(tape, a!, b!)],
  relu: [unary, (tape, x) => relu(tape, x!)],
  tanh: [unary, (tape, x) => tanh(tape, x!)],
  sigmoid: [unary, (tape, x) => sigmoid(tape, x!)],
  silu: [unary, (tape, x) => silu(tape, x!)],
  gelu: [unary, (tape, x) => gelu(tape, x!)],
  "layer norm": [[...unary, [1, 4], [1, 4]], (tape, x, gain, bias) => layerNorm(tape, x!, gain!, bias!)],
  "rms norm": [[...unary, [1, 4]], (tape, x, gain) => rmsNorm(tape, x!, gain!)],
  "unit rows": [unary, (tape, x) => unitRows(tape, x!)],
  "causal attention": [
    [...pair, [6, 4]],
    (tape, q, k, v) => attention(tape, q!, k!, v!, { length: 3, heads: 2, causal: true }),
  ],
  "attention both ways": [
    [...pair, [6, 4]],
    (tape, q, k, v) => attention(tape, q!, k!, v!, { length: 6, heads: 1, causal: false }),
  ],
  embed: [unary, (tape, table) => embed(tape, table!, [0, 5, 5, 2])],
  "add positions": [[...unary, [3, 4]], (tape, x, table) => addPositions(tape, x!, table!)],
  neighbourhoods: [unary, (tape, x) => neighbourhoods(tape, x!, 3, 3)],
  "block means": [unary, (tape, x) => blockMeans(tape, x!, 3)],
  reshaped: [unary, (tape, x) => tanh(tape, reshaped(x!, 8))],
  "cross-entropy": [unary, (tape, x) => crossEntropy(tape, x!, [0, 3, 3, 1, 2, 0])],
  divergence: [unary, (tape, x) => divergence(tape, x!, chances(6, 4), 2)],
  "squared error": [unary, (tape, x) => squaredError(tape, x!, new Random(3).normals(24))],
  "absolute error": [unary, (tape, x) => absoluteError(tape, x!, new Random(3).normals(24))],
  "binary cross-entropy": [
    unary,
    (tape, x) =>
      binaryCrossEntropy(
        tape,
        x!,
        Float64Array.from({ length: 24 }, (_, i) => i % 2),
      ),
  ],
};

for (const [name, [shapes, op]] of Object.entries(ops)) {
  test(`the gradient of ${name} is what small changes of its inputs do`, () => {
    const random = new Random(name);
    const inputs = shapes.map(([rows, cols]) => tensor(rows, cols, random.normals(rows * cols)));
    const tape = new Tape();
    // Any one number made of the result will do, as long as every entry counts differently.
    const weighed = (): Tensor => {
      tape.clear();
      const y = op(tape, ...inputs);
      const flat = reshaped(y, 1);
      return affine(tape, flat, tensor(flat.cols, 1, new Random("weights").normals(flat.cols)));
    };
    tape.backward(weighed());
    for (const { data, grad } of inputs) {
      const found = grad!.slice();
      const expected = data.map((value, i) => {
        const at = (moved: number): number => {
          data[i] = moved;
          return weighed().data[0]!;
        };
        const slope = (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
        data[i] = value;
        return slope;
      });
      expected.forEach((slope, i) => {
        expect(found[i]).toBeCloseTo(slope, 6);
      });
    }
  });
}

function chances(rows: number, cols: number): Float64Array {
  const values = new Random(2).normals(rows * cols).map(Math.exp);
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * cols, (i + 1) * cols);
    const total = row.reduce((a, b) => a + b);
    for (let j = 0; j < cols; j++) row[j]! /= total;
  }
  return values;
}
