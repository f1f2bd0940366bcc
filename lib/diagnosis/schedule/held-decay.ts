import {
  closest,
  type Fit,
  fitOf,
  floorFrom,
  goldenSection,
  type Points,
  slice,
  thinned,
  weightedLine,
} from "./points.ts";
import type { Decay } from "./shapes.ts";

/**
 * Warm-up – stable – decay: the rate is held, then goes down as a line, a cosine, 1 − √ or exponentially. What is left of
 * the height, taken back to the share of the way it stands for, is a line in the step: it tells where the decay begins and
 * where it ends.
 */

/** A decay of fewer records is not yet one. */
export const TAIL_MIN = 3;

/** A decay that begins this soon after the warm-up, as a share of its length, was not held before. */
const SOON = 0.03;

/** @param from where the warm-up ends, as far as the records show one */
export function fitHeldDecay(points: Points, from: number): Fit | null {
  const held = heldUntil(points);
  const tail = slice(points, held);
  if (tail.step.length < TAIL_MIN || tail.share.some((share) => share > 1)) return null;
  const lowest = tail.share.at(-1)!;
  const flat = floorFrom(points.share) < points.share.length;
  const search = thinned(tail);
  const read = (shape: Tail, floor: number): Fit | null => {
    const line = progressLine(shape, search, floor);
    if (line === null || !(line.slope > 0)) return null;
    const zero = -line.intercept / line.slope;
    // 1 − √ falls at once, so a record at the top is before its start.
    const start = shape === "one-minus-sqrt" ? Math.max(zero, points.step[held - 1]!) : zero;
    const end = (1 - line.intercept) / line.slope;
    const isHeld = start - from > soon(points, from, end - start);
    return fitOf({ shape, start, end, floor, height: 1 - floor, power: 1, held: isHeld }, points);
  };
  const floors = flat ? [lowest] : [0, lowest];
  const line = closest(floors.map((floor) => read("linear", floor)));
  if (line !== null && line.excess < 3e-4) return line;
  const curves = (["cosine", "one-minus-sqrt"] as const).map((shape) => {
    const fits = floors.map((floor) => read(shape, floor));
    if (flat || (closest(fits)?.excess ?? 1) < 1e-3) return closest(fits);
    // The floor lies somewhere below the last record.
    const cost = (floor: number): number => progressLine(shape, search, floor)?.cost ?? Number.POSITIVE_INFINITY;
    return closest([...fits, read(shape, goldenSection(cost, 0, lowest, 14))]);
  });
  return closest([line, ...curves, exponential(search, points, flat ? lowest : 0, from)]);
}

/** A warm-up between two records looks like a rate that is held, too. */
function soon({ step }: Points, from: number, length: number): number {
  return Math.max(2 * (step[0]! - from), SOON * length);
}

/** The index of the first point that is no longer at the top. */
export function heldUntil({ share }: Points): number {
  const index = share.findIndex((value) => Math.abs(value - share[0]!) > 1e-6);
  return index < 0 ? share.length : index;
}

type Tail = Exclude<Decay["shape"], "polynomial">;

function progressLine(shape: Tail, { step, share }: Points, floor: number) {
  const [x, y, weight]: number[][] = [[], [], []];
  for (let i = 0; i < step.length; i++) {
    const left = (share[i]! - floor) / (1 - floor);
    if (left < 0.003 || left > 0.9995) continue;
    const p = shape === "linear" ? 1 - left : shape === "cosine" ? Math.acos(2 * left - 1) / Math.PI : (1 - left) ** 2;
    x!.push(step[i]!);
    y!.push(p);
    // By how much the share moves with the progress.
    weight!.push(shape === "linear" ? 1 : shape === "cosine" ? Math.sin(Math.PI * p) ** 2 : 1 / (4 * p));
  }
  return x!.length < 2 ? null : weightedLine(x!, y!, weight!);
}

function exponential({ step, share }: Points, points: Points, floor: number, from: number): Fit | null {
  const falls = share.map((value) => value > Math.max(floor, 0.003));
  const y = share.filter((_, i) => falls[i]);
  const line = weightedLine(
    step.filter((_, i) => falls[i]),
    y.map(Math.log),
    y.map((value) => value * value),
  );
  if (line === null || !(line.slope < 0)) return null;
  const start = -line.intercept / line.slope;
  const held = start - from > soon(points, from, step.at(-1)! - start);
  return fitOf({ shape: "exponential", start, top: 1, perStep: -line.slope, floor, held }, points);
}
