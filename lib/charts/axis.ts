import { formatMetric, MINUS } from "#lib/core/index.ts";

/** Scales: where an axis begins and ends, where it is labelled, and how it avoids changing with every point. */
export type Domain = { min: number; max: number };
export type Axis = Domain & { ticks: number[]; log: boolean };

/** Steps people count in; where labels have room for a digit more, quarters as well. */
const COARSE = [1, 2, 5, 10];
const FINE = [1, 2, 2.5, 5, 10];

/** The smallest of 1, 2, 5 × 10ⁿ (and 2.5, when `fine`) that cuts `span` into at most `parts` pieces. */
export function niceStep(span: number, parts: number, fine = false): number {
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = (fine ? FINE : COARSE).find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** The multiples of a nice step within a domain, at most `parts` + 1 of them. */
export function linearTicks({ min, max }: Domain, parts: number, fine = false): number[] {
  const step = niceStep(max - min, parts, fine);
  const ticks: number[] = [];
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9; k++) ticks.push(round(k * step, step));
  return ticks;
}

/** Whole decades within a domain; where those are fewer than two, 1-2-5 steps; where those are few, even steps. */
function logTicks({ min, max }: Domain): number[] {
  const decades: number[] = [];
  const fine: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const factor of [1, 2, 5]) {
      const value = Number((factor * 10 ** power).toPrecision(1));
      if (value < min * (1 - 1e-9) || value > max * (1 + 1e-9)) continue;
      fine.push(value);
      if (factor === 1) decades.push(value);
    }
  }
  if (decades.length >= 2) return thin(decades, 5);
  return fine.length >= 3 ? fine : linearTicks({ min, max }, 5);
}

const thin = (values: number[], most: number): number[] => {
  const every = Math.ceil(values.length / most);
  return values.filter((_, i) => i % every === 0);
};

/** Multiples of 0.1 come out of binary arithmetic as 0.30000000000000004; an axis shall not. */
const round = (value: number, step: number): number =>
  Number(value.toFixed(Math.max(0, Math.min(20, 2 - Math.floor(Math.log10(step))))));

/** A linear axis that holds `wanted` with some air, snapped to its ticks. */
export function linearAxis(wanted: Domain, parts: number, options: { fromZero?: boolean; fine?: boolean } = {}): Axis {
  const flat = Math.max(Math.abs(wanted.max), 1e-9) * 0.05;
  const low = options.fromZero ? Math.min(0, wanted.min) : wanted.min;
  const span = Math.max(wanted.max - low, flat);
  const step = niceStep(span * 1.04, parts, options.fine);
  const min =
    options.fromZero && low === 0 ? 0 : round(Math.floor((low - span * 0.02) / (step / 2)) * (step / 2), step);
  const max = round(Math.ceil((low + span * 1.02) / (step / 2)) * (step / 2), step);
  return { min, max, ticks: linearTicks({ min, max }, parts + 1, options.fine), log: false };
}

/** A logarithmic axis in whole decades; one that stays within a decade may end between them, unless `decades` is asked for. */
export function logAxis(wanted: Domain, decades = false): Axis {
  const low = Math.max(wanted.min, Number.MIN_VALUE);
  const high = Math.max(wanted.max, low * 1.01);
  const wide = decades || high / low > 8;
  const min = wide ? 10 ** Math.floor(Math.log10(low)) : snapDown(low);
  const max = wide ? 10 ** Math.ceil(Math.log10(high)) : snapUp(high);
  return { min, max, ticks: logTicks({ min, max }), log: true };
}

const LADDER = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
const snapDown = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return (LADDER.findLast((rung) => rung * power <= value) ?? 1) * power;
};
const snapUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return (LADDER.find((rung) => rung * power >= value) ?? 10) * power;
};

/**
 * Keeps the axis of the last drawing while the data fits it and fills a fair part of it: an axis that moves with every point
 * cannot be read, and changing it is the costliest thing a chart does.
 */
export function steadyAxis(previous: Axis | null, next: Axis): Axis {
  if (!previous || previous.log !== next.log) return next;
  const size = ({ min, max, log }: Axis): number => (log ? Math.log(max / min) : max - min);
  const holds = previous.min <= next.min && previous.max >= next.max;
  return holds && size(previous) <= size(next) * 1.6 ? previous : next;
}

/**
 * The end of an x axis that grows with the run: it jumps ahead of the data, so it moves rarely.
 *
 * @param ahead share of the way to `now` that is left empty after a jump
 */
export function growingEnd(previous: number | null, from: number, now: number, ahead: number): number {
  const span = Math.max(now - from, 1e-9);
  if (previous !== null && now <= previous && previous - from <= span * (1 + 2 * ahead)) return previous;
  const step = niceStep(span * ahead, 1) / 2;
  return Math.ceil((now + step * 0.2) / step) * step;
}

/** Where a value lies on an axis, 0 at its start and 1 at its end; outside when the value is. */
export function positionOn({ min, max, log }: Pick<Axis, "min" | "max" | "log">, value: number): number {
  if (log) return value > 0 ? Math.log(value / min) / Math.log(max / min) : Number.NEGATIVE_INFINITY;
  return (value - min) / (max - min);
}

/** A tick of a linear axis with as many decimals as its step needs. */
export function formatTick(value: number, ticks: readonly number[]): string {
  const size = Math.max(...ticks.map(Math.abs));
  if (size >= 10_000 || (size > 0 && size < 1e-3)) return value === 0 ? "0" : formatMetric(value);
  const decimals = Math.max(...ticks.map(decimalsOf));
  return value.toFixed(decimals).replace("-", MINUS);
}

/** Decimals that write a tick without loss. */
function decimalsOf(tick: number): number {
  for (let decimals = 0; decimals < 6; decimals++) {
    const scaled = tick * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 6;
}
