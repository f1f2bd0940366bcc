import { drawSettings, type Family } from "../family.ts";
import { type MlpShape, mlp, Weights } from "../layers.ts";
import { weightedSum } from "../ops/linear.ts";
import { crossEntropy, divergence, squaredError } from "../ops/loss.ts";
import { gelu, relu, tanh } from "../ops/pointwise.ts";
import type { Random } from "../random.ts";
import type { Problem } from "../training.ts";
import { poolProblem, rowsOf, teacherOutputs } from "./pool.ts";

type Labels = {
  inputs: number;
  classes: number;
  /** Share of labels that are drawn at random. */
  noise: number;
  /** Added to the logit of class 0: most samples belong to it. */
  tilt: number;
  samples: number;
};

/** Classes that a random network tells apart. */
function classProblem(
  random: Random,
  labels: Labels,
  student: Omit<MlpShape, "widths">,
  hidden: number[],
  batch: number,
): Problem {
  const { inputs: width, classes, noise, tilt, samples } = labels;
  const inputs = random.normals(samples * width);
  const scores = teacherOutputs(random, inputs, [width, 24, classes]);
  const answers = Int32Array.from({ length: samples }, (_, i) => {
    if (random.chance(noise)) return random.int(classes);
    let best = 0;
    const score = (j: number): number => scores[i * classes + j]! + (j === 0 ? tilt : 0);
    for (let j = 1; j < classes; j++) if (score(j) > score(best)) best = j;
    return best;
  });
  const weights = new Weights(random);
  const net = mlp(weights, { ...student, widths: [width, ...hidden, classes] });
  return poolProblem({
    parameters: weights.parameters,
    pool: { inputs, size: samples },
    batch,
    loss: (tape, x, at) =>
      crossEntropy(
        tape,
        net(tape, x),
        Int32Array.from(at, (sample) => answers[sample]!),
      ),
  });
}

type ClassWish = {
  classes: readonly number[];
  noise: readonly number[];
  tilt: readonly number[];
  samples?: number;
  batches: readonly number[];
  steps: readonly [number, number];
  share?: number;
};

function classFamily(name: string, wish: ClassWish): Family {
  return {
    name,
    share: wish.share ?? 1,
    draw(random, fresh) {
      const batch = Math.round(random.pick(wish.batches) * (fresh ? 1.5 : 1));
      const labels = {
        inputs: random.pick(fresh ? [12, 28] : [16, 20]),
        classes: Math.round(random.pick(wish.classes) * (fresh ? 1.3 : 1)),
        noise: random.pick(wish.noise),
        tilt: random.pick(wish.tilt),
        samples: wish.samples ?? 12_000,
      };
      const width = random.pick(fresh ? [20, 40] : [24, 32, 48]);
      const hidden = random.pick([[width], [width, width], [width, width, width]]);
      const student = {
        activation: random.pick(fresh ? [gelu, relu] : [relu, relu, tanh]),
        normed: random.chance(0.25),
        outputGain: random.pick([0.1, 0.5, 1]),
      };
      return {
        task: `${labels.classes}-noise-${labels.noise}`,
        batch,
        settings: drawSettings(random, fresh, { steps: wish.steps, like: "any" }),
        build: (data) => classProblem(data, labels, student, hidden, batch),
      };
    },
  };
}

export const classify = classFamily("classify", {
  classes: [2, 5, 10],
  noise: [0, 0],
  tilt: [0, 0, 1.5],
  batches: [8, 16, 32, 64],
  steps: [400, 1800],
});

export const classifyNoisy = classFamily("classify-noisy", {
  classes: [3, 10],
  noise: [0.1, 0.2, 0.4],
  tilt: [0],
  batches: [4, 8, 16, 32],
  steps: [500, 2500],
});

export const classifyMany = classFamily("classify-many", {
  classes: [30, 60],
  noise: [0, 0.1],
  tilt: [0],
  batches: [16, 32],
  steps: [400, 1000],
});

/** A set small enough to be learnt by heart: the best train loss rewards memorising. */
export const memorise = classFamily("memorise", {
  classes: [5, 10],
  noise: [0, 0.3],
  tilt: [0],
  samples: 512,
  batches: [16, 32],
  steps: [400, 1500],
});

/** All samples in every batch: no noise at all. */
export const fullBatch = classFamily("full-batch", {
  classes: [4, 10],
  noise: [0, 0.1],
  tilt: [0],
  samples: 64 + 192,
  batches: [192],
  steps: [200, 300],
  share: 0.6,
});

/** One trunk, two losses of different size and noise, added. */
export const multiTask: Family = {
  name: "multi-task",
  share: 1,
  draw(random, fresh) {
    const batch = random.pick(fresh ? [12, 48] : [16, 32, 64]);
    const width = random.pick(fresh ? [28] : [24, 32]);
    const balance = random.between(0.1, 3);
    const spread = random.pick([0.2, 1]);
    const outputs = 6;
    return {
      task: `spread-${spread}`,
      batch,
      settings: drawSettings(random, fresh, { steps: [400, 1500], like: "any" }),
      build(data) {
        const [size, inputs] = [12_000, 16];
        const x = data.normals(size * inputs);
        const [scores, values] = [0, 1].map(() => teacherOutputs(data, x, [inputs, 20, outputs]));
        for (let i = 0; i < size * outputs; i++) values![i]! += spread * data.normal();
        const answers = Int32Array.from({ length: size }, (_, i) => {
          const row = scores!.subarray(i * outputs, (i + 1) * outputs);
          return row.indexOf(Math.max(...row));
        });
        const weights = new Weights(data);
        const trunk = mlp(weights, { widths: [inputs, width, width], activation: tanh, outputGain: 1.4 });
        const [kind, value] = [0, 1].map(() => weights.dense(width, outputs, { gain: 0.5 }));
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs: x, size },
          batch,
          loss(tape, rows, at) {
            const shared = relu(tape, trunk(tape, rows));
            const first = crossEntropy(
              tape,
              kind!(tape, shared),
              Int32Array.from(at, (sample) => answers[sample]!),
            );
            const second = squaredError(tape, value!(tape, shared), rowsOf(values!, outputs, at));
            return weightedSum(tape, first, 1, second, balance);
          },
        });
      },
    };
  },
};

/** A student follows the chances that a sharp or soft teacher gives. */
export const distillation: Family = {
  name: "distillation",
  unseen: true,
  share: 3,
  draw(random, fresh) {
    const batch = random.pick([8, 24, 96]);
    const width = random.pick([20, 36, 44]);
    const temperature = random.pick([1, 2, 4]);
    const sharpness = random.pick([2, 5]);
    const classes = random.pick([6, 16]);
    return {
      task: `temperature-${temperature}`,
      batch,
      settings: drawSettings(random, fresh, { steps: [400, 1300], like: "any" }),
      build(data) {
        const [size, inputs] = [12_000, 18];
        const x = data.normals(size * inputs);
        const scores = teacherOutputs(data, x, [inputs, 30, classes]);
        const chances = scores.map((value) => Math.exp((sharpness * value) / temperature));
        for (let i = 0; i < size; i++) {
          const row = chances.subarray(i * classes, (i + 1) * classes);
          const total = row.reduce((a, b) => a + b);
          for (let j = 0; j < classes; j++) row[j]! /= total;
        }
        const weights = new Weights(data);
        const net = mlp(weights, { widths: [inputs, width, width, classes], activation: relu });
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs: x, size },
          batch,
          loss: (tape, rows, at) => divergence(tape, net(tape, rows), rowsOf(chances, classes, at), temperature),
        });
      },
    };
  },
};
