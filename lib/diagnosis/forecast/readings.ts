import { fitLine, mean } from "#lib/core/index.ts";

/**
 * A falling curve read in three ways (DIAGNOSIS.md §1.1, §1.4, §4.4): log-linear in cumulative learning rate over the last
 * half and over the last third, and a power law over all but the start. Each goes on from the level now; the part of the
 * rate that is yet to come down adds what annealing brings.
 */
export type Past = {
  value: number[];
  /** ln of the cumulative rate at the centre of each bucket. */
  logArea: number[];
  /** Rates as shares of the peak. */
  rate: number[];
  rateNow: number;
  level: number;
  levelError: number;
  levelLogArea: number;
  progress: number;
  /** Of a value, by white noise. */
  variance: number;
};

/** One reading: what is gained from now until the cumulative rate is `area`, and by a fall of the rate by its whole peak. */
export type Reading = { gain(area: number): number; annealing: number };

/**
 * What bringing the rate from its peak to 0 is worth before the curve tells, as a share of the progress, and how far that
 * may be off. Median of what log-linear forecasts miss on decaying runs: .12 and .04 of the progress on sweeps A and B
 * before the decay is visible, .09 and .03 after, .06 on Trainer logs.
 */
export const ANNEALING = 0.05;
const EXPONENTS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2] as const;
/** Values that a line is drawn through at least. */
const FEWEST = 6;

export function readingsOf(past: Past): Reading[] {
  const { length } = past.value;
  return [
    logarithmic(past, length >> 1),
    logarithmic(past, Math.floor((length * 2) / 3)),
    powerLaw(past, Math.floor(length / 5)),
  ];
}

/** What a reading expects to be gained from now until the cumulative rate is `area` and the rate (a share of its peak) `rate`. */
export function gainBy({ gain, annealing }: Reading, { rateNow }: Past, area: number, rate: number): number {
  return gain(area) + annealing * Math.max(0, rateNow - rate);
}

/** `a − b·ln S + C·rate` from bucket `from` on; C is drawn towards what annealing usually brings. */
function logarithmic(past: Past, from: number): Reading {
  const prior = ANNEALING * past.progress;
  const begin = Math.min(Math.max(from, peakOf(past.rate)), past.value.length - FEWEST);
  const x = past.logArea.slice(begin);
  const y = past.value.slice(begin);
  const v = past.rate.slice(begin);
  const [mx, my, mv] = [mean(x), mean(y), mean(v)];
  let [xx, xy, xv, vv, vy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy, dv] = [x[i]! - mx, y[i]! - my, v[i]! - mv];
    xx += dx * dx;
    xy += dx * dy;
    xv += dx * dv;
    vv += dv * dv;
    vy += dv * dy;
  }
  const flat = fitLine(x, y)?.spread ?? 0;
  const shrink = prior > 0 ? Math.max(past.variance, flat ** 2) / prior ** 2 : Number.POSITIVE_INFINITY;
  const annealing =
    shrink < Number.POSITIVE_INFINITY
      ? Math.max(0, (vy + shrink * prior - (xv * xy) / xx) / (vv + shrink - (xv * xv) / xx))
      : 0;
  const slope = Math.max(0, -(xy - annealing * xv) / xx);
  return { gain: (area) => slope * Math.max(0, Math.log(area) - past.levelLogArea), annealing };
}

/** `a + b·S^−e` from bucket `from` on, with annealing as it usually is. */
function powerLaw(past: Past, from: number): Reading {
  const annealing = ANNEALING * past.progress;
  const y = past.value.slice(from).map((value, i) => value - annealing * past.rate[from + i]!);
  let best: { error: number; slope: number; exponent: number } | null = null;
  for (const exponent of EXPONENTS) {
    const x = past.logArea.slice(from).map((log) => Math.exp(-exponent * (log - past.levelLogArea)));
    const line = fitLine(x, y);
    if (line === null || !(line.slope > 0)) continue;
    if (best === null || line.spread < best.error) best = { error: line.spread, slope: line.slope, exponent };
  }
  if (best === null) return { gain: () => 0, annealing };
  const { slope, exponent } = best;
  return {
    gain: (area) => slope * Math.max(0, 1 - Math.exp(-exponent * (Math.log(area) - past.levelLogArea))),
    annealing,
  };
}

/** The last bucket whose rate is the largest: where the way down begins. */
function peakOf(rate: readonly number[]): number {
  let peak = 0;
  for (let i = 1; i < rate.length; i++) if (rate[i]! > rate[peak]! * 1.0001) peak = i;
  return peak;
}
