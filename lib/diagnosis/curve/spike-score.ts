/**
 * The spike score of OLMo 2: the share of values at least 7 standard deviations from the rolling mean of the last 1,000
 * (DIAGNOSIS.md §1.2, [S12]). The window moves in blocks of 100, so that ten sums stand for a thousand values.
 */
export type SpikeScore = {
  /** Sums are taken from here, so that a large offset does not eat the digits. */
  origin: number;
  /** Oldest first, at most ten; the last one is being filled. */
  blocks: { count: number; sum: number; squares: number }[];
  outliers: number;
  scored: number;
};

const BLOCK = 100;
const BLOCKS = 10;
const DEVIATIONS = 7;
/** Values before the first is scored, as OLMo-core's window has them. */
const ARMED_AT = 128;

export function newSpikeScore(): SpikeScore {
  return { origin: Number.NaN, blocks: [], outliers: 0, scored: 0 };
}

/** Takes a finite value, scored against those before it. */
export function pushSpikeScore(score: SpikeScore, value: number): void {
  if (Number.isNaN(score.origin)) score.origin = value;
  const x = value - score.origin;
  let [count, sum, squares] = [0, 0, 0];
  for (const block of score.blocks) {
    count += block.count;
    sum += block.sum;
    squares += block.squares;
  }
  if (count >= ARMED_AT) {
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    score.scored++;
    if (Math.abs(x - mean) >= DEVIATIONS * deviation && deviation > 0) score.outliers++;
  }
  let open = score.blocks.at(-1);
  if (open === undefined || open.count >= BLOCK) {
    open = { count: 0, sum: 0, squares: 0 };
    score.blocks.push(open);
    if (score.blocks.length > BLOCKS) score.blocks.shift();
  }
  open.count++;
  open.sum += x;
  open.squares += x * x;
}

/** The score, 0 … 1; null before 128 values. */
export function spikeScore({ outliers, scored }: SpikeScore): number | null {
  return scored === 0 ? null : outliers / scored;
}
