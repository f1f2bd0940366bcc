import { addProduct, transposed } from "./kernels.ts";
import type { Tensor } from "./tape.ts";

export const OPTIMISERS = [
  "adamw",
  "adam",
  "sgd",
  "momentum",
  "nesterov",
  "lion",
  "adafactor",
  "rmsprop",
  "muon",
] as const;

export type OptimiserName = (typeof OPTIMISERS)[number];

export type OptimiserSettings = {
  name: OptimiserName;
  /** Of the second moment. */
  beta2: number;
  epsilon: number;
  /** Decoupled: weights shrink by rate × this a step. */
  weightDecay: number;
};

/** A rate to begin the search for the best one at. */
export const USUAL_RATE: Record<OptimiserName, number> = {
  adamw: 3e-3,
  adam: 3e-3,
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
  lion: 5e-4,
  adafactor: 5e-3,
  rmsprop: 2e-3,
  muon: 1e-2,
};

/** One step at a rate: gradients in, weights changed. */
export type Optimiser = (rate: number) => void;

export function optimiser(settings: OptimiserSettings, parameters: readonly Tensor[]): Optimiser {
  const updates = parameters.map((parameter) => RULES[settings.name](parameter, settings));
  let step = 0;
  return (rate) => {
    step++;
    parameters.forEach(({ data }, i) => {
      const keep = 1 - rate * settings.weightDecay;
      if (keep !== 1) for (let j = 0; j < data.length; j++) data[j]! *= keep;
      updates[i]!(rate, step);
    });
  };
}

type Update = (rate: number, step: number) => void;
type Rule = (parameter: Tensor, settings: OptimiserSettings) => Update;

const BETA1 = 0.9;
const MOMENTUM = 0.9;

const adam: Rule = ({ data, grad }, { beta2, epsilon }) => {
  const [g, first, second] = [grad!, new Float64Array(data.length), new Float64Array(data.length)];
  return (rate, step) => {
    const pace = rate / (1 - BETA1 ** step);
    const correction = 1 / (1 - beta2 ** step);
    for (let i = 0; i < data.length; i++) {
      first[i] = BETA1 * first[i]! + (1 - BETA1) * g[i]!;
      second[i] = beta2 * second[i]! + (1 - beta2) * g[i]! * g[i]!;
      data[i]! -= (pace * first[i]!) / (Math.sqrt(second[i]! * correction) + epsilon);
    }
  };
};

const sgd: Rule =
  ({ data, grad }) =>
  (rate) => {
    for (let i = 0; i < data.length; i++) data[i]! -= rate * grad![i]!;
  };

const momentum =
  (nesterov: boolean): Rule =>
  ({ data, grad }) => {
    const [g, sum] = [grad!, new Float64Array(data.length)];
    return (rate) => {
      for (let i = 0; i < data.length; i++) {
        sum[i] = MOMENTUM * sum[i]! + g[i]!;
        data[i]! -= rate * (nesterov ? g[i]! + MOMENTUM * sum[i]! : sum[i]!);
      }
    };
  };

const lion: Rule = ({ data, grad }) => {
  const [g, average] = [grad!, new Float64Array(data.length)];
  return (rate) => {
    for (let i = 0; i < data.length; i++) {
      data[i]! -= rate * Math.sign(0.9 * average[i]! + 0.1 * g[i]!);
      average[i] = 0.99 * average[i]! + 0.01 * g[i]!;
    }
  };
};

const rmsprop: Rule = ({ data, grad }, { beta2, epsilon }) => {
  const [g, second] = [grad!, new Float64Array(data.length)];
  return (rate) => {
    for (let i = 0; i < data.length; i++) {
      second[i] = beta2 * second[i]! + (1 - beta2) * g[i]! * g[i]!;
      data[i]! -= (rate * g[i]!) / (Math.sqrt(second[i]!) + epsilon);
    }
  };
};

/** Second moments kept by row and by column, their decay growing with the step, the whole update held to mean square 1. */
const adafactor: Rule = ({ data, grad, rows, cols }) => {
  const [g, byRow, byCol] = [grad!, new Float64Array(rows), new Float64Array(cols)];
  const change = new Float64Array(data.length);
  return (rate, step) => {
    const beta = 1 - step ** -0.8;
    const [nowRow, nowCol] = [new Float64Array(rows), new Float64Array(cols)];
    for (let i = 0; i < data.length; i++) {
      const square = g[i]! * g[i]! + 1e-30;
      nowRow[Math.floor(i / cols)]! += square / cols;
      nowCol[i % cols]! += square / rows;
    }
    let mean = 0;
    for (let i = 0; i < rows; i++) {
      byRow[i] = beta * byRow[i]! + (1 - beta) * nowRow[i]!;
      mean += byRow[i]! / rows;
    }
    for (let j = 0; j < cols; j++) byCol[j] = beta * byCol[j]! + (1 - beta) * nowCol[j]!;
    let squares = 0;
    for (let i = 0; i < data.length; i++) {
      change[i] = g[i]! / Math.sqrt((byRow[Math.floor(i / cols)]! * byCol[i % cols]!) / mean);
      squares += change[i]! ** 2;
    }
    const pace = rate / Math.max(1, Math.sqrt(squares / data.length));
    for (let i = 0; i < data.length; i++) data[i]! -= pace * change[i]!;
  };
};

/** Momentum with all singular values of a matrix brought near 1; rows and columns alone go by Adam. */
const muon: Rule = (parameter, settings) => {
  const { data, grad, rows, cols } = parameter;
  if (rows === 1 || cols === 1) {
    const plain = adam(parameter, settings);
    return (rate, step) => plain(0.3 * rate, step);
  }
  const [g, sum, change] = [grad!, new Float64Array(data.length), new Float64Array(data.length)];
  const scale = Math.sqrt(Math.max(1, cols / rows));
  return (rate) => {
    for (let i = 0; i < data.length; i++) {
      sum[i] = 0.95 * sum[i]! + g[i]!;
      change[i] = g[i]! + 0.95 * sum[i]!;
    }
    const even = orthogonal(change, rows, cols);
    for (let i = 0; i < data.length; i++) data[i]! -= rate * scale * even[i]!;
  };
};

/** Five Newton–Schulz steps with Muon's coefficients. */
function orthogonal(matrix: Float64Array, rows: number, cols: number): Float64Array {
  // The products are as wide as there are rows.
  if (rows > cols)
    return transposed(orthogonal(transposed(matrix, rows, cols).slice(0, rows * cols), cols, rows), cols, rows);
  let squares = 0;
  for (const value of matrix) squares += value * value;
  const size = Math.sqrt(squares) + 1e-7;
  let x = matrix.map((value) => value / size);
  for (let round = 0; round < 5; round++) {
    const gram = new Float64Array(rows * rows);
    addProduct(gram, x, transposed(x, rows, cols), rows, cols, rows);
    const poly = gram.map((value) => -4.775 * value);
    const squared = new Float64Array(rows * rows);
    addProduct(squared, gram, gram, rows, rows, rows);
    for (let i = 0; i < poly.length; i++) poly[i]! += 2.0315 * squared[i]!;
    for (let i = 0; i < rows; i++) poly[i * rows + i]! += 3.4445;
    const next = new Float64Array(rows * cols);
    addProduct(next, poly, x, rows, rows, cols);
    x = next;
  }
  return x;
}

const RULES: Record<OptimiserName, Rule> = {
  adamw: adam,
  adam,
  sgd,
  momentum: momentum(false),
  nesterov: momentum(true),
  lion,
  adafactor,
  rmsprop,
  muon,
};
