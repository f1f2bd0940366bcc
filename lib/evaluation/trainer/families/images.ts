import { drawSettings, type Family } from "../family.ts";
import { mlp, Weights } from "../layers.ts";
import { add } from "../ops/linear.ts";
import { absoluteError, squaredError } from "../ops/loss.ts";
import { gelu, relu, silu } from "../ops/pointwise.ts";
import type { Random } from "../random.ts";
import { poolProblem, rowsOf } from "./pool.ts";

const SIDE = 6;
const PIXELS = SIDE * SIDE;
const SIZE = 4000;

/** Soft blobs and a bar. `uneven` images differ in brightness by orders, as scans do, and so does their loss. */
function images(random: Random, uneven: number): Float64Array {
  const all = new Float64Array(SIZE * PIXELS);
  for (let i = 0; i < SIZE; i++) {
    const image = all.subarray(i * PIXELS, (i + 1) * PIXELS);
    for (let blob = 0; blob < 3; blob++) {
      const [x, y, width] = [random.float() * SIDE, random.float() * SIDE, 1 + random.float()];
      for (let p = 0; p < PIXELS; p++) {
        image[p]! += Math.exp(-(((p % SIDE) - x) ** 2 + (Math.floor(p / SIDE) - y) ** 2) / width);
      }
    }
    const row = random.int(SIDE);
    for (let p = row * SIDE; p < (row + 1) * SIDE; p++) image[p]! += 0.5;
    const brightness = Math.exp(uneven * random.normal() - (uneven * uneven) / 2);
    for (let p = 0; p < PIXELS; p++) image[p]! *= brightness;
  }
  return all;
}

type Harm = "noise" | "gaps";

/** A clean image from a harmed one: an early hard floor, and a loss that scatters with the images of the batch. */
export const reconstruction: Family = {
  name: "reconstruction",
  share: 1.6,
  draw(random, fresh) {
    const harm: Harm = random.pick(["noise", "gaps"] as const);
    const noise = random.pick(fresh ? [0.15, 0.5, 1.2] : [0.1, 0.3, 0.6, 1]);
    const uneven = random.pick(fresh ? [0, 0.8, 1] : [0, 0.5, 1.1]);
    const batch = random.pick(fresh ? [1, 3, 6] : [1, 2, 4, 8]);
    const width = random.pick(fresh ? [20, 28] : [16, 24, 32]);
    const residual = random.chance(0.5);
    const error = random.pick([absoluteError, squaredError]);
    const activation = random.pick([relu, silu]);
    return {
      task: `${harm}-${noise}-${error === absoluteError ? "l1" : "mse"}`,
      batch,
      settings: drawSettings(random, fresh, {
        steps: [400, 1500],
        like: "any",
        optimisers: ["adamw", "adam", "adam", "rmsprop", "adamw", "momentum", "sgd"],
      }),
      build(data) {
        const clean = images(data, uneven);
        const harmed = clean.map((value, i) => {
          const kept = harm === "noise" || (i % SIDE) % 3 !== 1;
          return (kept ? value : 0) + noise * data.normal();
        });
        const weights = new Weights(data);
        const net = mlp(weights, { widths: [PIXELS, width, PIXELS], activation, outputGain: residual ? 0.1 : 0.5 });
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs: harmed, size: SIZE },
          batch,
          loss(tape, x, at) {
            const out = net(tape, x);
            return error(tape, residual ? add(tape, out, x) : out, rowsOf(clean, PIXELS, at));
          },
        });
      },
    };
  },
};

export const autoencoder: Family = {
  name: "autoencoder",
  share: 1,
  draw(random, fresh) {
    const bottleneck = random.pick(fresh ? [5, 12] : [3, 8, 16]);
    const batch = random.pick(fresh ? [6, 24] : [8, 16]);
    const width = random.pick(fresh ? [20, 28] : [24, 32]);
    const activation = random.pick([relu, gelu]);
    return {
      task: `bottleneck-${bottleneck}`,
      batch,
      settings: drawSettings(random, fresh, { steps: [400, 1000], like: "any" }),
      build(data) {
        const clean = images(data, 0);
        const weights = new Weights(data);
        const net = mlp(weights, { widths: [PIXELS, width, bottleneck, width, PIXELS], activation });
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs: clean, size: SIZE },
          batch,
          loss: (tape, x, at) => squaredError(tape, net(tape, x), rowsOf(clean, PIXELS, at)),
        });
      },
    };
  },
};

/** Guesses the noise in samples that carry any amount of it, told how much: healthy curves are nearly flat and scatter. */
export const diffusion: Family = {
  name: "diffusion",
  share: 1,
  draw(random, fresh) {
    const pixels = random.pick(fresh ? [6, 12] : [4, 8, 16]);
    const batch = random.pick(fresh ? [12, 48] : [8, 16, 32]);
    const width = random.pick(fresh ? [28] : [24, 32]);
    return {
      task: `${pixels}-values`,
      batch,
      settings: drawSettings(random, fresh, {
        steps: [400, 1500],
        like: "any",
        optimisers: ["adamw", "adamw", "adam", "lion", "muon", "adafactor", "momentum"],
      }),
      build(data) {
        const size = 16_000;
        const centres = data.normals(6 * pixels, 1.5);
        const inputs = new Float64Array(size * (pixels + 3));
        const noises = data.normals(size * pixels);
        for (let i = 0; i < size; i++) {
          const angle = (data.float() * Math.PI) / 2;
          const centre = data.int(6);
          const at = i * (pixels + 3);
          for (let j = 0; j < pixels; j++) {
            const clean = centres[centre * pixels + j]! + 0.2 * data.normal();
            inputs[at + j] = Math.cos(angle) * clean + Math.sin(angle) * noises[i * pixels + j]!;
          }
          inputs.set([Math.cos(angle), Math.sin(angle), Math.cos(4 * angle)], at + pixels);
        }
        const weights = new Weights(data);
        const net = mlp(weights, { widths: [pixels + 3, width, width, pixels], activation: silu, outputGain: 0.1 });
        return poolProblem({
          parameters: weights.parameters,
          pool: { inputs, size },
          batch,
          loss: (tape, x, at) => squaredError(tape, net(tape, x), rowsOf(noises, pixels, at)),
        });
      },
    };
  },
};
