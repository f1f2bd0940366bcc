import { add, affine } from "./ops/linear.ts";
import { layerNorm, rmsNorm } from "./ops/norm.ts";
import type { Activation } from "./ops/pointwise.ts";
import type { Random } from "./random.ts";
import { type Tape, type Tensor, tensor } from "./tape.ts";

export type Layer = (tape: Tape, x: Tensor) => Tensor;

/** Makes the weights of a network and keeps the list of them for the optimiser. */
export class Weights {
  readonly parameters: Tensor[] = [];
  /** Low-rank branches beside the matrices; they add nothing until they are trained. */
  readonly adapters: Tensor[] = [];
  readonly #random: Random;
  readonly #rank: number;

  /** @param rank of the adapters that `dense` puts beside each matrix; 0 for none */
  constructor(random: Random, rank = 0) {
    this.#random = random;
    this.#rank = rank;
  }

  matrix(rows: number, cols: number, deviation: number): Tensor {
    return this.#kept(this.parameters, tensor(rows, cols, this.#random.normals(rows * cols, deviation)));
  }

  row(cols: number, value = 0): Tensor {
    return this.#kept(this.parameters, tensor(1, cols, new Float64Array(cols).fill(value)));
  }

  /** @param gain on the deviation 1/√inputs that keeps the size of what passes */
  dense(inputs: number, outputs: number, { gain = 1, bias = true } = {}): Layer {
    const w = this.matrix(inputs, outputs, gain / Math.sqrt(inputs));
    const b = bias ? this.row(outputs) : null;
    if (this.#rank === 0) return (tape, x) => affine(tape, x, w, b);
    const down = this.#random.normals(inputs * this.#rank, 1 / Math.sqrt(inputs));
    const into = this.#kept(this.adapters, tensor(inputs, this.#rank, down));
    const out = this.#kept(this.adapters, tensor(this.#rank, outputs));
    return (tape, x) => add(tape, affine(tape, x, w, b), affine(tape, affine(tape, x, into), out));
  }

  layerNorm(width: number): Layer {
    const [gain, bias] = [this.row(width, 1), this.row(width)];
    return (tape, x) => layerNorm(tape, x, gain, bias);
  }

  rmsNorm(width: number): Layer {
    const gain = this.row(width, 1);
    return (tape, x) => rmsNorm(tape, x, gain);
  }

  #kept(list: Tensor[], made: Tensor): Tensor {
    list.push(made);
    return made;
  }
}

export type MlpShape = {
  /** Inputs, hidden layers, outputs. */
  widths: readonly number[];
  activation: Activation;
  /** On the first size of the outputs. */
  outputGain?: number;
  normed?: boolean;
};

export function mlp(weights: Weights, { widths, activation, outputGain = 0.5, normed = false }: MlpShape): Layer {
  const last = widths.length - 2;
  const layers = widths.slice(0, -1).flatMap((width, i): Layer[] => {
    const dense = weights.dense(width, widths[i + 1]!, { gain: i === last ? outputGain : Math.SQRT2 });
    if (i === last) return [dense];
    return normed ? [dense, weights.layerNorm(widths[i + 1]!), activation] : [dense, activation];
  });
  return (tape, x) => layers.reduce((y, layer) => layer(tape, y), x);
}
