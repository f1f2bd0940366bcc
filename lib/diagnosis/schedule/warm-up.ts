import { type Points, weightedLine } from "./points.ts";
import type { WarmUp } from "./shapes.ts";

/** The rise to the peak; `last` is the index of the first point that is no longer part of it. */
export type Rise = { warmUp: WarmUp; last: number };

/** Largest distance from the shape (DIAGNOSIS.md §3.2.1). */
const TOLERANCE = 0.01;
/** The points up to here are enough to know the line: those above may lie beyond the knee where records are sparse. */
const ENOUGH = 0.9;
/** A first top this near the highest rate is the peak; a later cycle may come a little nearer by where its records lie. */
const TOP = 0.97;

/** @returns null without a rise, "unreadable" when it has no shape we know. */
export function readWarmUp({ step, share }: Points): Rise | null | "unreadable" {
  const last = share.findIndex((value, i) => value >= TOP && !risesAfter(share, i));
  if (last <= 0) return last === 0 ? null : "unreadable";
  const [x, y] = withoutStairs(step.slice(0, last + 1), share.slice(0, last + 1));
  const rising = Math.max(1, y.findLastIndex((value) => value <= ENOUGH) + 1);
  if (rising === 1) {
    // One record of the rise: it began with the run.
    const knee = y[0]! > 0 ? x[0]! / y[0]! : x[1]!;
    return { warmUp: { shape: "linear", zero: y[0]! > 0 ? 0 : x[0]!, knee: Math.min(knee, x[1]!), base: 0 }, last };
  }
  const [xs, ys] = [x.slice(0, rising), y.slice(0, rising)];
  const warmUp = SHAPES.map((read) => read(xs, ys)).find((read) => read !== null);
  return warmUp === undefined ? "unreadable" : { warmUp, last };
}

/** Whether the next other value is higher: rounding makes stairs of a slow rise. */
function risesAfter(share: readonly number[], index: number): boolean {
  let next = index + 1;
  while (share[next] === share[index]) next++;
  return next < share.length && share[next]! > share[index]!;
}

type Read = (x: readonly number[], y: readonly number[]) => WarmUp | null;

const SHAPES: Read[] = [
  (x, y) => {
    const line = weightedLine(x, y, Array<number>(x.length).fill(1));
    if (line === null || !(line.slope > 0)) return null;
    if (x.some((t, i) => Math.abs(line.intercept + line.slope * t - y[i]!) > TOLERANCE)) return null;
    const zero = -line.intercept / line.slope;
    return { shape: "linear", zero, knee: zero + 1 / line.slope, base: 0 };
  },
  // Taken back to the progress they stand for, these rises are lines too; they begin at 0 or at the first record.
  (x, y) => curved("cosine", x, y, (share) => Math.acos(1 - 2 * share) / Math.PI),
  (x, y) => curved("one-minus-sqrt", x, y, (share) => 1 - (1 - share) ** 2),
];

function curved(
  shape: "cosine" | "one-minus-sqrt",
  x: readonly number[],
  y: readonly number[],
  progress: (share: number) => number,
): WarmUp | null {
  if (x.length < 4) return null;
  for (const base of [0, y[0]!]) {
    const p = y.map((share) => progress(Math.min(1, Math.max(0, (share - base) / (1 - base)))));
    const line = weightedLine(x, p, Array<number>(x.length).fill(1));
    if (line === null || !(line.slope > 0)) continue;
    if (x.some((t, i) => Math.abs(line.intercept + line.slope * t - p[i]!) > TOLERANCE)) continue;
    const zero = -line.intercept / line.slope;
    return { shape, zero, knee: zero + 1 / line.slope, base };
  }
  return null;
}

/** A warm-up set once an epoch rises in stairs: each level counts where it begins. */
function withoutStairs(x: number[], y: number[]): [number[], number[]] {
  const begins = y.map((value, i) => i === 0 || value !== y[i - 1]);
  const held = y.length - begins.filter(Boolean).length;
  if (held < y.length / 3) return [x, y];
  return [x.filter((_, i) => begins[i]), y.filter((_, i) => begins[i])];
}
