import type { TimelineSegment, VerdictName } from "#lib/protocol/index.ts";

/** A small plain-SVG line: a path per verdict over the whole planned run, so its length is the progress. */
export type Spark = {
  pieces: { verdict: VerdictName; d: string }[];
  /** Where the run is now, in pixels from the left; null at the end of the plan. */
  nowX: number | null;
  /** Where the line has a hole because the value is not finite. */
  gaps: { x: number; y: number }[];
};

type Size = { width: number; height: number };
type Knots = { step: readonly number[]; value: readonly (number | null)[] };

const PAD = 2;
/** The head of a run, where loss falls from its start, may leave the picture at the top; so may a spike. */
const HEAD = 0.1;
const CLIP = 0.98;
/** Share of the whole fall that the picture holds at least: noise on a flat line shall not look like a mountain range. */
const LEAST = 0.12;

export function spark(knots: Knots, timeline: readonly TimelineSegment[], end: number | null, size: Size): Spark {
  const { step, value } = knots;
  const last = step.at(-1) ?? 0;
  const total = Math.max(end ?? last, last, 1);
  const { low, high } = pictured(knots);
  const x = (s: number): number => round((s / total) * size.width);
  const y = (v: number): number =>
    round(Math.max(-size.height, PAD + (1 - (v - low) / ((high - low) * 1.1)) * (size.height - 2 * PAD)));

  const pieces: Spark["pieces"] = [];
  const gaps: Spark["gaps"] = [];
  let open = null as Spark["pieces"][number] | null;
  let previous: { x: number; y: number } | null = null;
  for (let i = 0; i < step.length; i++) {
    const v = value[i] ?? null;
    if (v === null) {
      if (previous) gaps.push({ x: x(step[i]!), y: previous.y });
      open = null;
      previous = null;
      continue;
    }
    const verdict = verdictAt(timeline, step[i]!);
    const point = { x: x(step[i]!), y: y(v) };
    if (open?.verdict !== verdict) {
      open = { verdict, d: previous ? `M${previous.x} ${previous.y}` : `M${point.x} ${point.y}` };
      pieces.push(open);
    }
    open.d += `L${point.x} ${point.y}`;
    previous = point;
  }
  return { pieces, gaps, nowX: last > 0 && last < total * 0.99 ? x(last) : null };
}

function pictured({ step, value }: Knots): { low: number; high: number } {
  const ascending = (values: readonly (number | null)[]): number[] =>
    values.filter((v) => v !== null).sort((a, b) => a - b);
  const all = ascending(value);
  const low = all[0] ?? 0;
  const settled = ascending(value.filter((_, i) => step[i]! > (step.at(-1) ?? 0) * HEAD));
  const clipped = settled[Math.floor((settled.length - 1) * CLIP)] ?? all.at(-1) ?? 1;
  const least = Math.max(((all.at(-1) ?? 1) - low) * LEAST, Math.abs(low) * 1e-3, 1e-9);
  return { low, high: Math.max(clipped, low + least) };
}

/** The verdict that held at a step. */
export function verdictAt(timeline: readonly TimelineSegment[], step: number): VerdictName {
  return timeline.findLast(({ fromStep }) => fromStep <= step)?.verdict ?? "reading";
}

/**
 * One path through points from edge to edge of a box; null values break it. `scale` sets what its bottom and top mean,
 * and its left and right.
 */
export function sparkPath(
  knots: Knots,
  size: Size,
  scale?: { low: number; high: number; from?: number; to?: number },
): string {
  const { step, value } = knots;
  const known = value.filter((v) => v !== null);
  const low = scale?.low ?? Math.min(...known);
  const span = (scale?.high ?? Math.max(...known)) - low || 1;
  const from = scale?.from ?? step[0] ?? 0;
  const width = (scale?.to ?? step.at(-1) ?? 1) - from || 1;
  let d = "";
  let down = false;
  for (let i = 0; i < step.length; i++) {
    const v = value[i] ?? null;
    if (v !== null) {
      const x = round(((step[i]! - from) / width) * size.width);
      d += `${down ? "L" : "M"}${x} ${round(PAD + (1 - (v - low) / span) * (size.height - 2 * PAD))}`;
    }
    down = v !== null;
  }
  return d;
}

/** The area between a `sparkPath` and the bottom of its box, stretch by stretch. */
export function areaUnder(path: string, { height }: Size): string {
  return path
    .split("M")
    .slice(1)
    .map((stretch) => {
      const [first, last] = [stretch.split(" ")[0], stretch.slice(stretch.lastIndexOf("L") + 1).split(" ")[0]];
      return `M${stretch}L${last} ${height}L${first} ${height}Z`;
    })
    .join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;
