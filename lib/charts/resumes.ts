import type { SeriesView } from "#lib/protocol/index.ts";
import { trace } from "./trace.ts";

/** Where training went back to an earlier step, and what had been measured beyond it before. */
export type Resume = { x: number; step: number };

/** Attempts are counted from the first, which nothing was resumed into. */
export function resumesOf(attempts: readonly { fromStep: number }[], toX: (step: number) => number | null): Resume[] {
  return attempts.slice(1).flatMap(({ fromStep }) => {
    const x = toX(fromStep);
    return x === null ? [] : [{ x, step: fromStep }];
  });
}

/** The line that was run over, broken where the next attempt took over: there the one before it ends. */
export function supersededLine(
  view: SeriesView | null,
  resumes: readonly Resume[],
  positiveOnly: boolean,
): Float64Array {
  if (!view) return new Float64Array();
  const { xy } = trace(view, undefined, { positiveOnly });
  const broken: number[] = [];
  for (let i = 0; i < xy.length; i += 2) {
    const [before, x] = [xy[i - 2], xy[i]!];
    if (before !== undefined && resumes.some((resume) => resume.x > before && resume.x <= x))
      broken.push(x, Number.NaN);
    broken.push(x, xy[i + 1]!);
  }
  return Float64Array.from(broken);
}
