import { drawSettings, type Family } from "../family.ts";
import { mlp, Weights } from "../layers.ts";
import { add, rowProducts, similarities } from "../ops/linear.ts";
import { binaryCrossEntropy, crossEntropy, squaredError } from "../ops/loss.ts";
import { unitRows } from "../ops/norm.ts";
import { relu } from "../ops/pointwise.ts";
import { embed, reshaped } from "../ops/sequence.ts";
import type { Random } from "../random.ts";
import { constant } from "../tape.ts";
import type { Batch } from "../training.ts";

/** Clicks from several fields of many values, most of them rare: tables, a small network, answers that are mostly chance. */
export const clicks: Family = {
  name: "clicks",
  share: 1,
  draw(random, fresh) {
    const fields = random.pick(fresh ? [5] : [4, 8]);
    const values = random.pick(fresh ? [80] : [50, 200]);
    const width = random.pick(fresh ? [6] : [4, 8]);
    const batch = random.pick(fresh ? [24, 48] : [16, 32, 64]);
    const signal = random.pick([0.7, 1.5]);
    return {
      task: `${fields}-fields`,
      batch,
      settings: drawSettings(random, fresh, {
        steps: batch > 32 ? [250, 600] : [500, 1800],
        like: "any",
        optimisers: ["adamw", "adam", "adam", "rmsprop", "momentum", "sgd", "lion", "adafactor"],
      }),
      build(data) {
        const effects = data.normals(fields * values, signal);
        const weights = new Weights(data);
        const table = weights.matrix(fields * values, width, 0.1);
        const net = mlp(weights, { widths: [fields * width, 24, 1], activation: relu });
        const batchOf = (random: Random, count: number): Batch => {
          const ids = new Int32Array(count * fields);
          const clicked = new Float64Array(count);
          for (let i = 0; i < count; i++) {
            let odds = -1.5;
            for (let f = 0; f < fields; f++) {
              // Few values make up most of what is seen.
              const id = f * values + Math.floor(values * random.float() ** 2.5);
              ids[i * fields + f] = id;
              odds += effects[id]! / Math.sqrt(fields);
            }
            clicked[i] = random.chance(1 / (1 + Math.exp(-odds))) ? 1 : 0;
          }
          return (tape) => binaryCrossEntropy(tape, net(tape, reshaped(embed(tape, table, ids), count)), clicked);
        };
        const parameters = weights.parameters;
        return { parameters, batch: (random) => batchOf(random, batch), heldOut: batchOf(data, 256) };
      },
    };
  },
};

/** Users times items: stars with noise, or likes that are mostly chance. */
export const factorisation: Family = {
  name: "factorisation",
  unseen: true,
  share: 3,
  draw(random, fresh) {
    const likes = random.chance(0.5);
    const [users, items] = random.pick([
      [150, 100],
      [400, 60],
    ] as const);
    const rank = random.pick([4, 10]);
    const batch = random.pick([32, 64]);
    return {
      task: likes ? "likes" : "stars",
      batch,
      settings: drawSettings(random, fresh, { steps: [500, 1800], like: "any" }),
      build(data) {
        const truth = { users: data.normals(users * 3), items: data.normals(items * 3) };
        const weights = new Weights(data);
        const tables = { users: weights.matrix(users, rank, 0.3), items: weights.matrix(items, rank, 0.3) };
        const extra = { users: weights.matrix(users, 1, 0.01), items: weights.matrix(items, 1, 0.01) };
        const batchOf = (random: Random, count: number): Batch => {
          const user = Int32Array.from({ length: count }, () => random.int(users));
          const item = Int32Array.from({ length: count }, () => Math.floor(items * random.float() ** 2));
          const answers = Float64Array.from({ length: count }, (_, i) => {
            let score = 0;
            for (let d = 0; d < 3; d++) score += truth.users[user[i]! * 3 + d]! * truth.items[item[i]! * 3 + d]!;
            if (likes) return random.chance(1 / (1 + Math.exp(-score))) ? 1 : 0;
            return score + 0.5 * random.normal();
          });
          return (tape) => {
            const pair = rowProducts(tape, embed(tape, tables.users, user), embed(tape, tables.items, item));
            const own = add(tape, embed(tape, extra.users, user), embed(tape, extra.items, item));
            return (likes ? binaryCrossEntropy : squaredError)(tape, add(tape, pair, own), answers);
          };
        };
        const parameters = weights.parameters;
        return { parameters, batch: (random) => batchOf(random, batch), heldOut: batchOf(data, 256) };
      },
    };
  },
};

/** Two noisy views of one thing are to be near each other and far from the rest of the batch. */
export const contrastive: Family = {
  name: "contrastive",
  unseen: true,
  share: 3,
  draw(random, fresh) {
    const batch = random.pick([12, 24]);
    const width = random.pick([20, 28]);
    const noise = random.pick([0.3, 0.8]);
    const temperature = random.pick([0.1, 0.2, 0.5]);
    const inputs = 24;
    return {
      task: `noise-${noise}-temperature-${temperature}`,
      batch,
      settings: drawSettings(random, fresh, { steps: [250, 800], like: "any" }),
      build(data) {
        const mixing = data.normals(6 * inputs);
        const weights = new Weights(data);
        const net = mlp(weights, { widths: [inputs, width, width, 8], activation: relu, outputGain: 1 });
        const batchOf = (random: Random, count: number): Batch => {
          const views = [new Float64Array(count * inputs), new Float64Array(count * inputs)];
          for (let i = 0; i < count; i++) {
            const thing = random.normals(6);
            for (const view of views) {
              for (let j = 0; j < inputs; j++) {
                let value = noise * random.normal();
                for (let d = 0; d < 6; d++) value += thing[d]! * mixing[d * inputs + j]!;
                // Each view bends what it sees.
                view[i * inputs + j] = view === views[0] ? value : Math.tanh(value);
              }
            }
          }
          const partners = Int32Array.from({ length: count }, (_, i) => i);
          return (tape) => {
            const [a, b] = views.map((view) => unitRows(tape, net(tape, constant(count, inputs, view))));
            return crossEntropy(tape, similarities(tape, a!, b!, 1 / temperature), partners);
          };
        };
        const parameters = weights.parameters;
        return { parameters, batch: (random) => batchOf(random, batch), heldOut: batchOf(data, batch) };
      },
    };
  },
};
