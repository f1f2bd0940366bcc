import type { TimelineSegment, VerdictName } from "#lib/protocol/index.ts";

/** A stretch of the trend under one verdict: x and y by turns. Neighbours share their border point, so the line is whole. */
export type TrendPiece = { verdict: VerdictName; xy: Float64Array };

type Knots = { step: readonly number[]; value: readonly number[] };

/**
 * The robust trend cut where the verdict changed. The border value is interpolated; before the first segment the trend
 * counts as `reading`, after the last it keeps that verdict.
 */
export function trendPieces(trend: Knots, timeline: readonly TimelineSegment[]): TrendPiece[] {
  const { step } = trend;
  const first = step[0];
  if (first === undefined) return [];
  const end = step.at(-1)!;
  const cuts = timeline
    .map(({ verdict, fromStep }, i) => ({ verdict, from: fromStep, to: timeline[i + 1]?.fromStep ?? end }))
    .filter(({ from, to }) => to > first && from < end);
  const begin = cuts[0]?.from ?? end;
  if (begin > first || cuts.length === 0) cuts.unshift({ verdict: "reading", from: first, to: begin });
  return cuts.map(({ verdict, from, to }) => ({
    verdict,
    xy: between(trend, Math.max(from, first), Math.min(to, end)),
  }));
}

function between(trend: Knots, from: number, to: number): Float64Array {
  const xy = [from, interpolate(trend, from)];
  for (let i = 0; i < trend.step.length; i++) {
    const x = trend.step[i]!;
    if (x > from && x < to) xy.push(x, trend.value[i]!);
  }
  if (to > from) xy.push(to, interpolate(trend, to));
  return Float64Array.from(xy);
}

/** The value of a curve given by knots, at x; the end values beyond its ends. NaN when there are no knots. */
export function interpolate({ step, value }: Knots, x: number): number {
  if (step.length === 0) return Number.NaN;
  const after = step.findIndex((s) => s >= x);
  if (after === -1) return value.at(-1)!;
  if (after === 0 || step[after] === x) return value[after]!;
  const [x0, x1] = [step[after - 1]!, step[after]!];
  const share = (x - x0) / (x1 - x0);
  return value[after - 1]! + share * (value[after]! - value[after - 1]!);
}
