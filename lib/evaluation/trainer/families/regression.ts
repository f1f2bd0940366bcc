import { drawSettings, type Family } from "../family.ts";
import { mlp, Weights } from "../layers.ts";
import { absoluteError, squaredError } from "../ops/loss.ts";
import { relu, tanh } from "../ops/pointwise.ts";
import type { Random } from "../random.ts";
import { poolProblem, rowsOf, teacherOutputs } from "./pool.ts";

const SIZE = 12_000;

type Noise = "none" | "gaussian" | "student-t" | "outliers";

const NOISE: Record<Noise, (random: Random) => number> = {
  none: () => 0,
  gaussian: (random) => 0.3 * random.normal(),
  "student-t": (random) => 0.4 * random.studentT(3),
  outliers: (random) => (random.chance(0.01) ? 4 * random.normal() : 0.05 * random.normal()),
};

function regressionFamily(name: string, kinds: readonly Noise[]): Family {
  return {
    name,
    share: 1,
    draw(random, fresh) {
      const noise = random.pick(kinds);
      const batch = random.pick(fresh ? [6, 24, 100] : [4, 16, 32, 128]);
      const width = random.pick(fresh ? [20, 40] : [24, 32, 48]);
      const inputs = random.pick(fresh ? [7, 14] : [6, 10, 20]);
      // Of the inputs only some matter; the rest are mostly zero.
      const density = random.pick([1, 1, 0.2]);
      const activation = random.pick([tanh, relu]);
      const error = random.chance(0.75) ? squaredError : absoluteError;
      return {
        task: `${noise}-${error === squaredError ? "mse" : "l1"}`,
        batch,
        settings: drawSettings(random, fresh, { steps: batch > 64 ? [250, 600] : [500, 2200], like: "any" }),
        build(data) {
          const x = data.normals(SIZE * inputs).map((value) => (data.chance(density) ? value : 0));
          const values = teacherOutputs(data, x, [inputs, 12, 1]).map((value) => value + NOISE[noise](data));
          const weights = new Weights(data);
          const net = mlp(weights, { widths: [inputs, width, width, 1], activation });
          return poolProblem({
            parameters: weights.parameters,
            pool: { inputs: x, size: SIZE },
            batch,
            loss: (tape, rows, at) => error(tape, net(tape, rows), rowsOf(values, 1, at)),
          });
        },
      };
    },
  };
}

export const regression = regressionFamily("regression", ["none", "gaussian"]);
export const heavyTails = regressionFamily("regression-heavy-tails", ["student-t", "outliers"]);

/** A linear model whose directions differ in curvature by up to ten thousand times, with noise on the answers. */
export const quadratic: Family = {
  name: "quadratic",
  share: 1.4,
  draw(random, fresh) {
    const batch = random.pick(fresh ? [5, 24, 160] : [4, 16, 64, 256]);
    const inputs = random.pick(fresh ? [24, 60] : [16, 32, 80]);
    const condition = random.between(10, 1e4);
    const noise = random.pick([0, 0.1, 0.5]);
    return {
      task: `noise-${noise}`,
      batch,
      settings: drawSettings(random, fresh, {
        steps: [400, 3000],
        like: "any",
        optimisers: ["sgd", "sgd", "momentum", "momentum", "nesterov", "adamw", "rmsprop"],
      }),
      build(data) {
        const size = 6000;
        const x = data.normals(size * inputs);
        for (let i = 0; i < x.length; i++) x[i]! *= condition ** (-0.5 * ((i % inputs) / (inputs - 1)));
        const truth = data.normals(inputs, 1);
        const values = Float64Array.from({ length: size }, (_, i) => {
          let sum = noise * data.normal();
          for (let j = 0; j < inputs; j++) sum += truth[j]! * x[i * inputs + j]!;
          return sum;
        });
        const weights = new Weights(data);
        const net = weights.dense(inputs, 1, { gain: 0 });
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs: x, size },
          batch,
          loss: (tape, rows, at) => squaredError(tape, net(tape, rows), rowsOf(values, 1, at)),
        });
      },
    };
  },
};
