import type { SeriesView } from "#lib/protocol/index.ts";

/** Points that came after a view was read: raw, ascending in x, one entry per point. */
export type Tail = { x: readonly number[]; y: readonly number[] };

export type NonFiniteKind = "NaN" | "inf" | "\u2212inf";
/** A stretch without a finite value, from its first non-finite point to its last. */
type NonFiniteStretch = { from: number; to: number; kind: NonFiniteKind; count: number };

/** A line ready to be drawn: x and y by turns, NaN where it breaks. */
export type Trace = {
  xy: Float64Array;
  nonFinite: NonFiniteStretch[];
  /** The newest finite value, and the newest of all, finite or not. */
  lastFinite: { x: number; y: number } | null;
  last: { x: number; y: number } | null;
};

export type TraceOptions = {
  /** On a logarithmic lane a value that is not positive has no place: the line breaks there. */
  positiveOnly?: boolean;
  /** Nothing beyond this is drawn: the range asked for ends there, or the strip is held there. */
  until?: number | null;
};

/**
 * A view and what came after it as one line. Buckets keep their lowest and highest value, so a one-step spike stays visible;
 * a NaN or an infinity breaks the line and is told apart in `nonFinite`, never bridged.
 */
export function trace(view: SeriesView | undefined, tail: Tail | undefined, options: TraceOptions = {}): Trace {
  const pen = new Pen(options.positiveOnly ?? false);
  const until = options.until ?? Number.POSITIVE_INFINITY;
  for (let i = 0; view && i < view.x.length && view.x[i]! <= until; i++) drawBucket(pen, view, i);
  for (let i = 0; tail && i < tail.x.length; i++) {
    const x = tail.x[i]!;
    if (x > until) break;
    pen.point(x, tail.y[i]!);
  }
  return pen.finish();
}

function drawBucket(pen: Pen, view: SeriesView, i: number): void {
  const x = view.x[i]!;
  const xLast = view.xLast[i]!;
  const count = view.count[i]!;
  if (count > 0) {
    const [first, last, min, max] = [view.first[i]!, view.last[i]!, view.min[i]!, view.max[i]!];
    pen.point(x, first);
    const middle = (x + xLast) / 2;
    const fallsFirst = Math.abs(first - min) <= Math.abs(first - max);
    for (const extreme of fallsFirst ? [min, max] : [max, min]) {
      if (count > 2 && extreme !== first && extreme !== last) pen.point(middle, extreme);
    }
    if (count > 1) pen.point(xLast, last);
  }
  pen.nonFinite(x, xLast, view.nan[i]!, "NaN");
  pen.nonFinite(x, xLast, view.posInf[i]!, "inf");
  pen.nonFinite(x, xLast, view.negInf[i]!, "\u2212inf");
}

/** Collects points; knows when a stretch without values begins and ends. */
class Pen {
  readonly #positiveOnly: boolean;
  readonly #xy: number[] = [];
  readonly #stretches: NonFiniteStretch[] = [];
  #lastFinite: { x: number; y: number } | null = null;
  #last: { x: number; y: number } | null = null;
  #broken = true;

  constructor(positiveOnly: boolean) {
    this.#positiveOnly = positiveOnly;
  }

  point(x: number, y: number): void {
    if (!Number.isFinite(y)) {
      this.nonFinite(x, x, 1, Number.isNaN(y) ? "NaN" : y > 0 ? "inf" : "\u2212inf");
      return;
    }
    this.#last = { x, y };
    this.#lastFinite = this.#last;
    if (this.#positiveOnly && y <= 0) {
      this.#break(x);
      return;
    }
    this.#xy.push(x, y);
    this.#broken = false;
  }

  nonFinite(from: number, to: number, count: number, kind: NonFiniteKind): void {
    if (count === 0) return;
    const open = this.#stretches.at(-1);
    if (open && this.#broken && open.kind === kind) {
      open.to = to;
      open.count += count;
    } else {
      this.#stretches.push({ from, to, kind, count });
    }
    this.#last = { x: to, y: kind === "NaN" ? Number.NaN : kind === "inf" ? Infinity : -Infinity };
    this.#break(to);
  }

  finish(): Trace {
    return {
      xy: Float64Array.from(this.#xy),
      nonFinite: this.#stretches,
      lastFinite: this.#lastFinite,
      last: this.#last,
    };
  }

  #break(x: number): void {
    if (!this.#broken) this.#xy.push(x, Number.NaN);
    this.#broken = true;
  }
}

/** The value of a line at x: that of the nearest point that has one, or null when the nearest place is a gap. */
export function valueNear({ xy }: Pick<Trace, "xy">, x: number): { x: number; y: number } | null {
  let low = 0;
  let high = xy.length / 2 - 1;
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xy[2 * middle]! < x) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 && x - xy[2 * (low - 1)]! <= Math.abs(xy[2 * low]! - x) ? low - 1 : low;
  const y = xy[2 * before + 1]!;
  return Number.isFinite(y) ? { x: xy[2 * before]!, y } : null;
}
