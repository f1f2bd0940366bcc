/**
 * Boosted decision trees of depth 3, as fitted by lib/evaluation/boosting.ts. A tree is a heap: node `i` has the children
 * 2i + 1 and 2i + 2; the first seven may be questions, the rest are leaves. A question asks whether a feature is at most its
 * threshold; a feature that is not known (NaN) goes where `unknown` says. Every node has the value that the rows which
 * reached it would have been given there, so that the way through a tree tells what each question was worth.
 */
export type Tree = {
  /** Feature asked by node 0 … 6; −1 where the tree ends. */
  feature: number[];
  threshold: number[];
  /** 1 where the unknown goes right. */
  unknown: number[];
  /** Of node 0 … 14, in log-odds. */
  value: number[];
};

export const INNER_NODES = 7;
export const NODES = 15;

export type Forest = { bias: number; trees: readonly Tree[] };

/**
 * The log-odds of the forest at `features`.
 *
 * @param contributions when given, what each feature added is added to its entry
 */
export function logOdds({ bias, trees }: Forest, features: ArrayLike<number>, contributions?: Float64Array): number {
  let sum = bias;
  for (const { feature, threshold, unknown, value } of trees) {
    let node = 0;
    while (node < INNER_NODES && feature[node]! >= 0) {
      const asked = feature[node]!;
      const x = features[asked]!;
      const right = Number.isNaN(x) ? unknown[node] === 1 : x > threshold[node]!;
      const child = 2 * node + (right ? 2 : 1);
      if (contributions !== undefined) contributions[asked]! += value[child]! - value[node]!;
      node = child;
    }
    sum += value[node]!;
  }
  return sum;
}

export const probability = (odds: number): number => 1 / (1 + Math.exp(-odds));
