import type { Layer, Weights } from "./layers.ts";
import { attention } from "./ops/attention.ts";
import { add, multiply } from "./ops/linear.ts";
import { type Activation, silu } from "./ops/pointwise.ts";
import { addPositions, embed } from "./ops/sequence.ts";
import type { Tape, Tensor } from "./tape.ts";

export type BlockShape = {
  width: number;
  heads: number;
  depth: number;
  length: number;
  causal: boolean;
  /** Layer norm and a plain MLP, or RMS norm and a gated one without biases. */
  style: "gpt" | "llama";
  activation: Activation;
};

/** The blocks of a transformer, norms before each part, from rows of `width` to rows of `width`. */
export function blocks(weights: Weights, shape: BlockShape): Layer {
  const { width, depth, style } = shape;
  const norm = (): Layer => (style === "gpt" ? weights.layerNorm(width) : weights.rmsNorm(width));
  const parts = Array.from({ length: depth }, () => [
    residual(norm(), attend(weights, shape)),
    residual(norm(), style === "gpt" ? feedForward(weights, shape) : gated(weights, width)),
  ]).flat();
  const final = norm();
  return (tape, x) =>
    final(
      tape,
      parts.reduce((y, part) => part(tape, y), x),
    );
}

/** Tokens to logits of the next token, position by position; sequences of `length` tokens lie one after another. */
export function languageModel(
  weights: Weights,
  vocabulary: number,
  shape: BlockShape,
): (tape: Tape, ids: ArrayLike<number>) => Tensor {
  const table = weights.matrix(vocabulary, shape.width, 0.05);
  const positions = weights.matrix(shape.length, shape.width, 0.05);
  const body = blocks(weights, shape);
  const head = weights.dense(shape.width, vocabulary, { gain: 0.3, bias: false });
  return (tape, ids) => head(tape, body(tape, addPositions(tape, embed(tape, table, ids), positions)));
}

function residual(norm: Layer, part: Layer): Layer {
  return (tape, x) => add(tape, x, part(tape, norm(tape, x)));
}

function attend(weights: Weights, { width, heads, depth, length, causal }: BlockShape): Layer {
  const [q, k, v] = [0, 1, 2].map(() => weights.dense(width, width, { gain: 0.5, bias: false }));
  const out = weights.dense(width, width, { gain: 0.5 / Math.sqrt(2 * depth), bias: false });
  return (tape, x) => out(tape, attention(tape, q!(tape, x), k!(tape, x), v!(tape, x), { length, heads, causal }));
}

function feedForward(weights: Weights, { width, depth, activation }: BlockShape): Layer {
  const into = weights.dense(width, 2 * width);
  const out = weights.dense(2 * width, width, { gain: 0.5 / Math.sqrt(2 * depth) });
  return (tape, x) => out(tape, activation(tape, into(tape, x)));
}

function gated(weights: Weights, width: number): Layer {
  const hidden = 2 * width;
  const [gate, up] = [0, 1].map(() => weights.dense(width, hidden, { bias: false }));
  const out = weights.dense(hidden, width, { gain: 0.5, bias: false });
  return (tape, x) => out(tape, multiply(tape, silu(tape, gate!(tape, x)), up!(tape, x)));
}
