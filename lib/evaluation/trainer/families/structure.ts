import { drawSettings, type Family } from "../family.ts";
import { type Layer, mlp, Weights } from "../layers.ts";
import { add, affine, multiply, weightedSum } from "../ops/linear.ts";
import { crossEntropy } from "../ops/loss.ts";
import { gelu, relu, sigmoid, tanh } from "../ops/pointwise.ts";
import { blockMeans, embed, neighbourhoods } from "../ops/sequence.ts";
import type { Random } from "../random.ts";
import { constant, type Tape, type Tensor } from "../tape.ts";
import type { Batch, Problem } from "../training.ts";
import { blocks } from "../transformer.ts";
import { poolProblem } from "./pool.ts";
import { brackets, copies, markov } from "./text.ts";

/** Which of several waves hides in a noisy signal: two convolutions, a mean over time, a linear layer. */
export const convolution: Family = {
  name: "convolution",
  share: 0.8,
  draw(random, fresh) {
    const classes = random.pick(fresh ? [5] : [4, 8]);
    const batch = random.pick(fresh ? [3, 6] : [4, 8]);
    const channels = random.pick(fresh ? [10] : [8, 12]);
    const noise = random.pick(fresh ? [0.3, 0.9] : [0.2, 0.6, 1.2]);
    const [length, span] = [16, random.pick([3, 5])];
    return {
      task: `${classes}-waves-noise-${noise}`,
      batch,
      settings: drawSettings(random, fresh, { steps: [250, 700], like: "any" }),
      build(data) {
        const size = 6000;
        const answers = Int32Array.from({ length: size }, () => data.int(classes));
        const pace = Array.from({ length: classes }, () => data.between(0.2, 2.5));
        const inputs = new Float64Array(size * length);
        for (let i = 0; i < size; i++) {
          const phase = data.float() * 2 * Math.PI;
          for (let t = 0; t < length; t++) {
            inputs[i * length + t] = Math.sin(phase + pace[answers[i]!]! * t) + noise * data.normal();
          }
        }
        const weights = new Weights(data);
        const first = weights.dense(span, channels, { gain: 1.4 });
        const second = weights.dense(span * channels, channels, { gain: 1.4 });
        const head = weights.dense(channels, classes);
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs, size, rowsEach: length },
          batch,
          loss(tape, x, at) {
            const low = relu(tape, first(tape, neighbourhoods(tape, x, length, span)));
            const high = relu(tape, second(tape, neighbourhoods(tape, low, length, span)));
            const logits = head(tape, blockMeans(tape, high, length));
            return crossEntropy(
              tape,
              logits,
              Int32Array.from(at, (sample) => answers[sample]!),
            );
          },
        });
      },
    };
  },
};

/** Sets of points, told apart by their shape in space: a network a point and a mean, or attention between points. */
export const sets: Family = {
  name: "set",
  share: 0.7,
  draw(random, fresh) {
    const withAttention = random.chance(0.5);
    const batch = random.pick(fresh ? [3, 6] : [4, 8]);
    const width = random.pick(fresh ? [20] : [12, 16]);
    const [points, classes] = [random.pick([6, 8]), 5];
    return {
      task: withAttention ? "attention" : "mean",
      batch,
      settings: drawSettings(random, fresh, { steps: [250, 600], like: withAttention ? "transformer" : "any" }),
      build(data) {
        const size = 5000;
        const answers = Int32Array.from({ length: size }, () => data.int(classes));
        const shape = data.normals(classes * 9, 0.7);
        const inputs = new Float64Array(size * points * 3);
        for (let i = 0; i < size * points; i++) {
          const at = answers[Math.floor(i / points)]! * 9;
          const seed = data.normals(3);
          for (let d = 0; d < 3; d++) {
            for (let e = 0; e < 3; e++) inputs[i * 3 + d]! += shape[at + d * 3 + e]! * seed[e]!;
            inputs[i * 3 + d]! += 0.2 * data.normal();
          }
        }
        const weights = new Weights(data);
        const into = mlp(weights, { widths: [3, width, width], activation: relu, outputGain: 1.4 });
        const style = { style: "gpt", activation: gelu, causal: false, length: points } as const;
        const body: Layer = withAttention
          ? blocks(weights, { ...style, width, heads: 2, depth: 1 })
          : mlp(weights, { widths: [width, width, width], activation: relu, outputGain: 1.4 });
        const head = weights.dense(width, classes);
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs, size, rowsEach: points },
          batch,
          loss(tape, x, at) {
            const means = blockMeans(tape, body(tape, into(tape, x)), points);
            return crossEntropy(
              tape,
              head(tape, means),
              Int32Array.from(at, (sample) => answers[sample]!),
            );
          },
        });
      },
    };
  },
};

/** A new random graph each step; which community each node is in, from noisy features and its neighbours. */
export const graph: Family = {
  name: "graph",
  share: 0.8,
  draw(random, fresh) {
    const nodes = random.pick(fresh ? [24] : [16, 32]);
    const classes = random.pick(fresh ? [3] : [4, 6]);
    const width = random.pick(fresh ? [20] : [16, 24]);
    const noise = random.pick([1, 2]);
    return {
      task: `${classes}-communities-noise-${noise}`,
      batch: nodes,
      settings: drawSettings(random, fresh, { steps: [300, 1000], like: "any" }),
      build(data) {
        const features = 8;
        const centres = data.normals(classes * features);
        const weights = new Weights(data);
        const first = weights.dense(features, width, { gain: 1.4 });
        const second = weights.dense(width, width, { gain: 1.4 });
        const head = weights.dense(width, classes);
        const batchOf = (random: Random, count: number): Batch => {
          const answers = Int32Array.from({ length: count }, () => random.int(classes));
          const x = Float64Array.from(
            { length: count * features },
            (_, i) =>
              centres[answers[Math.floor(i / features)]! * features + (i % features)]! + noise * random.normal(),
          );
          const near = constant(count, count, neighbours(random, answers));
          return (tape) => {
            const low = relu(tape, first(tape, affine(tape, near, constant(count, features, x))));
            const high = relu(tape, second(tape, affine(tape, near, low)));
            return crossEntropy(tape, head(tape, high), answers);
          };
        };
        const parameters = weights.parameters;
        return { parameters, batch: (random) => batchOf(random, nodes), heldOut: batchOf(data, 64) };
      },
    };
  },
};

/** Row by row the weights of a mean over a node and its neighbours, which are more often of its own community. */
function neighbours(random: Random, communities: Int32Array): Float64Array {
  const count = communities.length;
  const weights = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    weights[i * count + i] = 1;
    for (let j = 0; j < i; j++) {
      const linked = random.chance(communities[i] === communities[j] ? 0.4 : 0.1) ? 1 : 0;
      weights[i * count + j] = linked;
      weights[j * count + i] = linked;
    }
  }
  for (let i = 0; i < count; i++) {
    const row = weights.subarray(i * count, (i + 1) * count);
    const degree = row.reduce((a, b) => a + b);
    for (let j = 0; j < count; j++) row[j]! /= degree;
  }
  return weights;
}

/** Next token by a recurrent network, plain or gated, over synthetic text. */
export const recurrent: Family = {
  name: "recurrent",
  unseen: true,
  share: 3,
  draw(random, fresh) {
    const cell = random.pick(["plain", "gated"] as const);
    const text = random.pick(["markov", "brackets", "copies"] as const);
    const batch = random.pick([4, 8]);
    const width = random.pick([12, 20]);
    const length = random.pick([10, 14]);
    return {
      task: `${cell}-${text}`,
      batch,
      settings: {
        ...drawSettings(random, fresh, { steps: [250, 600], like: "any" }),
        clip: random.chance(0.6) ? 1 : 0,
      },
      build(data) {
        const source = {
          markov: () => markov(data, 14, 2, 3),
          brackets: () => brackets(4),
          copies: () => copies(8, 4),
        }[text]();
        return recurrentProblem(data, { source, batch, width, length, gated: cell === "gated" });
      },
    };
  },
};

type RecurrentShape = {
  source: ReturnType<typeof brackets>;
  batch: number;
  width: number;
  length: number;
  gated: boolean;
};

function recurrentProblem(data: Random, { source, batch, width, length, gated }: RecurrentShape): Problem {
  const weights = new Weights(data);
  const table = weights.matrix(source.vocabulary, width, 0.5);
  const cell = gated ? gatedCell(weights, width) : plainCell(weights, width);
  const head = weights.dense(width, source.vocabulary);
  const batchOf = (random: Random, count: number): Batch => {
    const text = new Int32Array(count * (length + 1));
    for (let i = 0; i < count; i++) source.fill(random, text, i * (length + 1), (i + 1) * (length + 1));
    const column = (t: number): Int32Array => text.filter((_, i) => i % (length + 1) === t);
    return (tape) => {
      let state: Tensor = constant(count, width, new Float64Array(count * width));
      let total: Tensor | null = null;
      for (let t = 0; t < length; t++) {
        state = cell(tape, embed(tape, table, column(t)), state);
        const loss = crossEntropy(tape, head(tape, state), column(t + 1));
        total =
          total === null ? weightedSum(tape, loss, 1 / length, loss, 0) : weightedSum(tape, total, 1, loss, 1 / length);
      }
      return total!;
    };
  };
  return { parameters: weights.parameters, batch: (random) => batchOf(random, batch), heldOut: batchOf(data, 16) };
}

type Cell = (tape: Tape, x: Tensor, state: Tensor) => Tensor;

function plainCell(weights: Weights, width: number): Cell {
  const [into, within] = [weights.dense(width, width), weights.dense(width, width, { bias: false })];
  return (tape, x, state) => tanh(tape, add(tape, into(tape, x), within(tape, state)));
}

/** new = state + gate · (proposal − state). */
function gatedCell(weights: Weights, width: number): Cell {
  const [forGate, forProposal] = [0, 1].map(() => plainSum(weights, width));
  return (tape, x, state) => {
    const gate = sigmoid(tape, forGate!(tape, x, state));
    const proposal = tanh(tape, forProposal!(tape, x, state));
    return add(tape, state, multiply(tape, gate, weightedSum(tape, proposal, 1, state, -1)));
  };
}

function plainSum(weights: Weights, width: number): Cell {
  const [into, within] = [weights.dense(width, width), weights.dense(width, width, { bias: false })];
  return (tape, x, state) => add(tape, into(tape, x), within(tape, state));
}
