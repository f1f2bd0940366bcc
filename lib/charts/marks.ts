import type { Axis, Domain } from "./axis.ts";
import type { NonFiniteKind, Trace } from "./trace.ts";

/** Marks of what a line cannot show: values off the top of the lane, and values that are no number. */

/** A stretch above the lane, told by its highest point. */
export type Peak = { x: number; value: number };
/** A cross where a line stops being a number: at the height it had last, and how far that goes on. */
export type Cross = { x: number; to: number; y: number; kind: NonFiniteKind };

const PEAKS_SHOWN = 3;
/** Share of the lane by which a value must leave it to be worth a number. */
const CLEARLY = 0.1;

/** Stretches in which a line that was inside the lane left it at the top; the highest few, in reading order. */
export function offTop({ xy }: Trace, axis: Axis, within: Domain): Peak[] {
  const peaks: Peak[] = [];
  const clearly = axis.log ? axis.max * (axis.max / axis.min) ** CLEARLY : axis.max + (axis.max - axis.min) * CLEARLY;
  let entered = false;
  let open: Peak | null = null;
  for (let i = 0; i < xy.length; i += 2) {
    const [x, value] = [xy[i]!, xy[i + 1]!];
    if (Number.isNaN(value) || value <= axis.max) {
      entered ||= value <= axis.max;
      open = null;
      continue;
    }
    if (!entered || value < clearly || x < within.min || x > within.max) continue;
    if (open === null) {
      open = { x, value };
      peaks.push(open);
    } else if (value > open.value) {
      open.x = x;
      open.value = value;
    }
  }
  const apart = (within.max - within.min) * 0.06;
  const chosen: Peak[] = [];
  for (const peak of peaks.sort((a, b) => b.value - a.value)) {
    if (chosen.length < PEAKS_SHOWN && chosen.every(({ x }) => Math.abs(x - peak.x) > apart)) chosen.push(peak);
  }
  return chosen.sort((a, b) => a.x - b.x);
}

export function placeNonFinite({ xy, nonFinite }: Trace, axis: Axis): Cross[] {
  let i = 0;
  let y = axis.log ? Math.sqrt(axis.min * axis.max) : (axis.min + axis.max) / 2;
  return nonFinite.map(({ from, to, kind }) => {
    for (; i < xy.length && xy[i]! <= from; i += 2) if (Number.isFinite(xy[i + 1]!)) y = xy[i + 1]!;
    return { x: from, to, kind, y: Math.min(axis.max, Math.max(axis.min, y)) };
  });
}
