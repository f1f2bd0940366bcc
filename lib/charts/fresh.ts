import { METRIC } from "#lib/protocol/index.ts";
import { positionOn } from "./axis.ts";
import type { LaneName } from "./layout.ts";
import { LANE_METRIC, type Lane, type StripScene, type StripSeries } from "./strip-scene.ts";
import type { Tail, Trace } from "./trace.ts";

/** What was measured since a scene was drawn, in pixels of the strip, x and y by turns, NaN where a line breaks. */
export type Stroke = { lane: Lane["box"]; name: LaneName | "eval"; xy: number[] };
export type Fresh = { now: number; strokes: Stroke[] };

/**
 * The ends of the lines that a scene does not have yet: drawing them on top costs as much as there are new points, where
 * drawing the scene again costs as much as there are points in all.
 *
 * @param width of the strip in pixels
 * @returns null when the new points do not fit the scene: its axis ends before them
 */
export function freshStrokes(scene: StripScene, series: StripSeries, width: number): Fresh | null {
  if (series.x !== scene.x.kind) return null;
  const strokes: Stroke[] = [];
  const until = series.until ?? Number.POSITIVE_INFINITY;
  let now = scene.now;
  const add = (lane: Lane, name: Stroke["name"], drawn: Trace, metric: string): void => {
    const tail = series.tails.get(metric);
    const xy = ending(scene, lane, drawn, tail, width, until);
    now = Math.max(now, tail?.x.at(-1) ?? now);
    if (xy.length > 0) strokes.push({ lane: lane.box, name, xy });
  };
  for (const lane of scene.lanes) {
    add(lane, lane.name, lane.line, LANE_METRIC[lane.name]);
    if (lane.name === "loss") add(lane, "eval", scene.eval, METRIC.evalLoss);
  }
  // A stretch that was asked for ends where it ends; the axis of all others has to hold what comes.
  return now > scene.x.max && series.until === null ? null : { now, strokes };
}

/** From the last point drawn, when the line goes on there, through the points after it. */
function ending(
  scene: StripScene,
  { box, axis }: Lane,
  drawn: Trace,
  tail: Tail | undefined,
  width: number,
  until: number,
): number[] {
  const { layout, x } = scene;
  const plot = width - layout.left - layout.right;
  const put = (value: { x: number; y: number }): number[] => [
    layout.left + positionOn(x, value.x) * plot,
    box.bottom - positionOn(axis, value.y) * box.height,
  ];
  const from = drawn.last?.x ?? Number.NEGATIVE_INFINITY;
  let first = tail?.x.length ?? 0;
  while (tail && first > 0 && tail.x[first - 1]! > from) first--;
  if (!tail || first === tail.x.length) return [];
  const xy = drawn.last && Number.isFinite(drawn.last.y) ? put(drawn.last) : [];
  if (tail.x[first]! > until) return [];
  for (let i = first; i < tail.x.length && tail.x[i]! <= until; i++) {
    const point = put({ x: tail.x[i]!, y: tail.y[i]! });
    xy.push(...(point.every(Number.isFinite) ? point : [Number.NaN, Number.NaN]));
  }
  return xy;
}
