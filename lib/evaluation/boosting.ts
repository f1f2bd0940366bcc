import { type Forest, INNER_NODES, NODES, type Tree } from "#lib/diagnosis/index.ts";

/**
 * Gradient boosting of depth-3 trees for a yes or no, with histograms of at most 64 bins a feature, second-order leaves,
 * unknown values sent where they fit best, and features that may only push one way (after LightGBM, "basic" method of
 * monotone constraints). No randomness: the same rows give the same forest.
 */
export type Table = {
  /** Row-major, `names × rows`; NaN is unknown. */
  features: Float64Array;
  width: number;
  yes: Uint8Array;
  weight: Float64Array;
};

export type Options = {
  rounds: number;
  rate: number;
  /** Least sum of weights in a leaf, as a share of all. */
  leafShare: number;
  ridge: number;
  /** By feature: 1 may only raise the odds, −1 only lower them, 0 either. */
  direction: readonly number[];
};

const BINS = 64;
/** The bin of values that are not known. */
const UNKNOWN = BINS;
const COLUMNS = BINS + 1;

export function boost(table: Table, options: Options): Forest {
  const { width, yes, weight } = table;
  const rows = yes.length;
  const { edges, binned } = toBins(table);
  const total = weight.reduce((a, b) => a + b, 0);
  const share = weight.reduce((sum, w, i) => sum + (yes[i] === 1 ? w : 0), 0) / total;
  const bias = Math.log(share / (1 - share));
  const odds = new Float64Array(rows).fill(bias);
  const gradient = new Float64Array(rows);
  const curvature = new Float64Array(rows);
  const node = new Uint8Array(rows);
  const trees: Tree[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (let i = 0; i < rows; i++) {
      const p = 1 / (1 + Math.exp(-odds[i]!));
      gradient[i] = weight[i]! * (p - yes[i]!);
      curvature[i] = weight[i]! * Math.max(p * (1 - p), 1e-6);
    }
    const tree = grow({ binned, edges, width, weight, gradient, curvature, node, total }, options);
    for (let i = 0; i < rows; i++) odds[i]! += tree.value[node[i]!]!;
    trees.push(tree);
  }
  return { bias, trees };
}

type Work = {
  binned: Uint8Array;
  edges: Float64Array[];
  width: number;
  weight: Float64Array;
  gradient: Float64Array;
  curvature: Float64Array;
  /** The node each row has come to. */
  node: Uint8Array;
  total: number;
};

type Split = { gain: number; feature: number; bin: number; unknownRight: boolean; left: number; right: number };

function grow(work: Work, options: Options): Tree {
  const { binned, edges, width, node } = work;
  const rows = node.length;
  const tree: Tree = {
    feature: Array(INNER_NODES).fill(-1),
    threshold: Array(INNER_NODES).fill(0),
    unknown: Array(INNER_NODES).fill(0),
    value: Array(NODES).fill(0),
  };
  const low = Array<number>(NODES).fill(Number.NEGATIVE_INFINITY);
  const high = Array<number>(NODES).fill(Number.POSITIVE_INFINITY);
  node.fill(0);
  for (let depth = 0; depth < 3; depth++) {
    const first = 2 ** depth - 1;
    const histograms = histogramsOf(work, first, 2 ** depth);
    for (let k = 0; k < 2 ** depth; k++) {
      const at = first + k;
      if (at > 0 && tree.feature[(at - 1) >> 1] === -1) continue;
      if (at === 0) tree.value[0] = rootValue(histograms[0]!, options);
      const split = bestSplit(histograms[k]!, work, options, low[at]!, high[at]!);
      if (split === null) continue;
      const { feature } = split;
      tree.feature[at] = feature;
      tree.threshold[at] = edges[feature]![split.bin]!;
      tree.unknown[at] = split.unknownRight ? 1 : 0;
      const [l, r] = [2 * at + 1, 2 * at + 2];
      tree.value[l] = split.left * options.rate;
      tree.value[r] = split.right * options.rate;
      const middle = (split.left + split.right) / 2;
      const direction = options.direction[feature]!;
      [low[l], high[l]] = [direction < 0 ? middle : low[at]!, direction > 0 ? middle : high[at]!];
      [low[r], high[r]] = [direction > 0 ? middle : low[at]!, direction < 0 ? middle : high[at]!];
    }
    for (let i = 0; i < rows; i++) {
      const at = node[i]!;
      if (at < first || tree.feature[at] === -1) continue;
      const feature = tree.feature[at]!;
      const bin = binned[i * width + feature]!;
      const right = bin === UNKNOWN ? tree.unknown[at] === 1 : edges[feature]![bin]! > tree.threshold[at]!;
      node[i] = 2 * at + (right ? 2 : 1);
    }
  }
  return tree;
}

/** Sums of gradient, curvature and weight by node, feature and bin. */
function histogramsOf(work: Work, first: number, count: number): Float64Array[] {
  const { binned, width, node, gradient, curvature, weight } = work;
  const histograms = Array.from({ length: count }, () => new Float64Array(3 * COLUMNS * width));
  for (let i = 0; i < node.length; i++) {
    const k = node[i]! - first;
    if (k < 0) continue;
    const histogram = histograms[k]!;
    const [g, h, w] = [gradient[i]!, curvature[i]!, weight[i]!];
    for (let f = 0; f < width; f++) {
      const at = 3 * (f * COLUMNS + binned[i * width + f]!);
      histogram[at]! += g;
      histogram[at + 1]! += h;
      histogram[at + 2]! += w;
    }
  }
  return histograms;
}

function rootValue(histogram: Float64Array, { ridge, rate }: Options): number {
  let g = 0;
  let h = 0;
  for (let bin = 0; bin < COLUMNS; bin++) {
    g += histogram[3 * bin]!;
    h += histogram[3 * bin + 1]!;
  }
  return (-g / (h + ridge)) * rate;
}

function bestSplit(
  histogram: Float64Array,
  { width, edges, total }: Work,
  { leafShare, ridge, direction }: Options,
  low: number,
  high: number,
): Split | null {
  const value = (g: number, h: number): number => Math.min(high, Math.max(low, -g / (h + ridge)));
  // What a leaf of value v saves: −(g v + (h + ridge) v² / 2).
  const saved = (g: number, h: number, v: number): number => -(g * v + 0.5 * (h + ridge) * v * v);
  const least = leafShare * total;
  let best: Split | null = null;
  for (let f = 0; f < width; f++) {
    const base = 3 * f * COLUMNS;
    let [g, h, w] = [0, 0, 0];
    for (let bin = 0; bin < COLUMNS; bin++) {
      g += histogram[base + 3 * bin]!;
      h += histogram[base + 3 * bin + 1]!;
      w += histogram[base + 3 * bin + 2]!;
    }
    const [ug, uh, uw] = [0, 1, 2].map((k) => histogram[base + 3 * UNKNOWN + k]!) as [number, number, number];
    const whole = saved(g, h, value(g, h));
    let [lg, lh, lw] = [0, 0, 0];
    for (let bin = 0; bin < edges[f]!.length - 1; bin++) {
      lg += histogram[base + 3 * bin]!;
      lh += histogram[base + 3 * bin + 1]!;
      lw += histogram[base + 3 * bin + 2]!;
      for (const unknownRight of uw > 0 ? [false, true] : [false]) {
        const [Lg, Lh, Lw] = unknownRight ? [lg, lh, lw] : [lg + ug, lh + uh, lw + uw];
        if (Lw < least || w - Lw < least) continue;
        const left = value(Lg, Lh);
        const right = value(g - Lg, h - Lh);
        if (direction[f]! * (right - left) < 0) continue;
        const gain = saved(Lg, Lh, left) + saved(g - Lg, h - Lh, right) - whole;
        if (gain > 1e-9 * total && (best === null || gain > best.gain)) {
          best = { gain, feature: f, bin, unknownRight, left, right };
        }
      }
    }
  }
  return best;
}

/** Upper edges of equally full bins, and the bin of every value. */
function toBins({ features, width, yes }: Table): { edges: Float64Array[]; binned: Uint8Array } {
  const rows = yes.length;
  const binned = new Uint8Array(rows * width);
  const edges: Float64Array[] = [];
  for (let f = 0; f < width; f++) {
    const known: number[] = [];
    for (let i = 0; i < rows; i++) if (!Number.isNaN(features[i * width + f]!)) known.push(features[i * width + f]!);
    known.sort((a, b) => a - b);
    const cuts = new Set<number>();
    for (let b = 1; b <= BINS; b++) {
      const value = known[Math.min(known.length - 1, Math.floor((b * known.length) / BINS))];
      // Four digits in the model file: the edge is what it will say there.
      if (value !== undefined) cuts.add(Number(value.toPrecision(4)));
    }
    if (known.length > 0) cuts.add(Number.POSITIVE_INFINITY);
    const upper = Float64Array.from([...cuts].sort((a, b) => a - b)).slice(-BINS);
    edges.push(upper);
    for (let i = 0; i < rows; i++) {
      const value = features[i * width + f]!;
      binned[i * width + f] = Number.isNaN(value) ? UNKNOWN : lowerBound(upper, value);
    }
  }
  return { edges, binned };
}

/** The first edge that is at least `value`. */
function lowerBound(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
