import { type Draft, drawSettings, type Family } from "../family.ts";
import { Weights } from "../layers.ts";
import { crossEntropy } from "../ops/loss.ts";
import { gelu, relu } from "../ops/pointwise.ts";
import type { Random } from "../random.ts";
import type { Tape, Tensor } from "../tape.ts";
import { type Batch, type Problem, train } from "../training.ts";
import { languageModel } from "../transformer.ts";
import { brackets, copies, markov, type Source, shifted, sums } from "./text.ts";

type Shape = { width: number; heads: number; depth: number; length: number; batch: number };

function drawShape(random: Random, fresh: boolean): Shape {
  return {
    width: random.pick(fresh ? [12, 20] : [8, 12, 16, 24]),
    heads: random.pick(fresh ? [1, 4] : [2, 4]),
    depth: random.pick([1, 1, 2]),
    length: random.pick(fresh ? [10, 14] : [8, 12]),
    batch: random.pick(fresh ? [3, 5] : [2, 4, 6]),
  };
}

const SOURCES: Record<string, (random: Random, fresh: boolean) => Source> = {
  "markov-1": (random, fresh) => markov(random, fresh ? 40 : 24, 1, 4),
  "markov-2": (random, fresh) => markov(random, fresh ? 12 : 16, 2, 3),
  "markov-3": (random, fresh) => markov(random, fresh ? 9 : 7, 3, 2),
  brackets: (_, fresh) => brackets(fresh ? 5 : 3),
  copies: (_, fresh) => copies(fresh ? 14 : 10, fresh ? 5 : 4),
  sums: (_, fresh) => sums(fresh ? 50 : 20),
};

function fromScratch(name: string, style: "gpt" | "llama"): Family {
  return {
    name,
    share: 0.6,
    draw(random, fresh) {
      const task = random.pick(Object.keys(SOURCES));
      const shape = drawShape(random, fresh);
      const activation = random.pick([gelu, relu]);
      return {
        task,
        batch: shape.batch,
        settings: drawSettings(random, fresh, { steps: [200, 600], like: "transformer" }),
        build(data) {
          const source = SOURCES[task]!(data, fresh);
          const weights = new Weights(data);
          const model = languageModel(weights, source.vocabulary, { ...shape, style, activation, causal: true });
          return textProblem({ parameters: weights.parameters, model, source, shape, seed: data });
        },
      };
    },
  };
}

export const gptFromScratch = fromScratch("gpt-char", "gpt");
export const llamaFromScratch = fromScratch("llama-char", "llama");

/** Begins where a training on other text ended, so that curves are flat at good rates: all weights, or adapters of low rank. */
function fineTune(name: string, withAdapters: boolean): Family {
  return {
    name,
    share: 0.6,
    draw(random, fresh): Draft {
      const shape = drawShape(random, fresh);
      const style = random.pick(["gpt", "llama"] as const);
      const order = random.pick([1, 2]);
      const share = random.between(0.08, 0.6);
      return {
        task: `markov-${order}`,
        batch: shape.batch,
        settings: drawSettings(random, fresh, { steps: [200, 400], like: "transformer" }),
        build(data) {
          const before = markov(data, order === 1 ? 24 : 12, order, 3);
          const after = shifted(before, data, share);
          const weights = new Weights(data, withAdapters ? random.pick([2, 4]) : 0);
          const model = languageModel(weights, before.vocabulary, { ...shape, style, activation: gelu, causal: true });
          const { parameters } = weights;
          pretrain(textProblem({ parameters, model, source: before, shape: { ...shape, batch: 8 }, seed: data }));
          if (!withAdapters) return textProblem({ parameters, model, source: after, shape, seed: data });
          for (const frozen of parameters) frozen.grad = null;
          return textProblem({ parameters: weights.adapters, model, source: after, shape, seed: data });
        },
      };
    },
  };
}

export const gptFineTune = fineTune("gpt-finetune", false);
export const gptAdapters = fineTune("gpt-lora", true);

function pretrain(problem: Problem): void {
  const optimiser = { name: "adamw", beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01 } as const;
  train(problem, { optimiser, schedule: "cosine", steps: 400, warmup: 0.05, clip: 1 }, 5e-3, "pretraining");
}

type TextProblem = {
  parameters: readonly Tensor[];
  model: (tape: Tape, ids: ArrayLike<number>) => Tensor;
  source: Source;
  shape: Shape;
  seed: Random;
};

/** Next-token prediction on text that never repeats. */
function textProblem({ parameters, model, source, shape, seed }: TextProblem): Problem {
  const { length } = shape;
  const batchOf = (random: Random, count: number): Batch => {
    const text = new Int32Array(count * (length + 1));
    for (let i = 0; i < count; i++) source.fill(random, text, i * (length + 1), (i + 1) * (length + 1));
    const inputs = text.filter((_, i) => i % (length + 1) < length);
    const targets = text.filter((_, i) => i % (length + 1) > 0);
    return (tape) => crossEntropy(tape, model(tape, inputs), targets);
  };
  return { parameters, batch: (random) => batchOf(random, shape.batch), heldOut: batchOf(seed, 12) };
}
