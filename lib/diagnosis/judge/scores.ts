import { logRamp, noisyOr, ramp } from "#lib/core/index.ts";
import { type LossCurve, rateIsKnown } from "../curve/loss-curve.ts";
import { strongestSwing } from "../curve/pyramid.ts";
import type { Features } from "./features.ts";
import { unrest } from "./unrest.ts";

/** How strongly a curve looks like each kind of trouble, each 0 … 1 (DIAGNOSIS.md §2.4). */
export type Scores = {
  /** Oscillating: it gives back what it gained. */
  high: number;
  /** The part of `high` that may be pushed. Without the rate a coherent swing or returning spikes count for little:
   * healthy graph networks and large batches have them too, and only the rate could tell (DIAGNOSIS.md §1.5). */
  sureHigh: number;
  /** Too slow: it still descends in a straight line. */
  low: number;
  diverging: number;
  /** No significant descent since the start. */
  noProgress: boolean;
  /** The step since which it swings because the rate jumped, when that is the strongest sign. */
  restlessFrom: number | null;
  /** Which signs made `high` and `low`, strongest first. */
  signs: Sign[];
};

export type Sign =
  | "give_back"
  | "gap"
  | "noise"
  | "overshoot"
  | "swing_growth"
  | "coherent_swing"
  | "recurrent_spikes"
  | "annealing_gain"
  | "loss_rising"
  | "straight_descent";

/** @param rise where the learning rate last left its schedule upwards; null when it never did */
export function scores(curve: LossCurve, f: Features, rise: number | null): Scores {
  const trend = f.bend?.descends === true && f.bend.z > 7;
  const noProgress = f.progress <= 0 || (f.progressZ < 9 && !trend);
  return noProgress ? withoutProgress(curve, f) : withProgress(curve, f, rise);
}

function withProgress(curve: LossCurve, f: Features, rise: number | null): Scores {
  const { progress } = f;
  const known = rateIsKnown(curve);
  const returned = f.giveBack / progress;
  const returnedZ = f.giveBack / f.blockError;
  const above = f.gap / progress;
  const aboveZ = f.gap / f.blockError;
  const annealing = f.bend?.descends && f.relativeRate < 0.75 ? ramp(f.acceleration, 1.4, 2.2) : 0;

  const giveBack = Math.max(
    returnedZ > 6 ? logRamp(returned, 0.12, 0.5) : 0,
    f.coarseGiveBack / f.coarseError > 5 ? logRamp(f.coarseGiveBack / progress, 0.12, 0.5) : 0,
  );
  const gap = aboveZ > 5 ? ramp(above, 0.06, 0.3) : 0;
  const restless = rise === null ? null : unrest(curve.history, rise);
  // Noise that grows under a descent that goes on is the data's.
  const growth =
    restless === null ? 0 : 0.95 * logRamp(restless.times, 2, 3) * (1 - ramp(restless.descentKept, 0.4, 0.9));
  const signs: [Sign, number][] = [
    // What came back to its best level once or twice was a spike, however wide.
    ["give_back", (f.excursions <= 2 && !f.outside ? 0.4 : 0.9) * giveBack],
    ["gap", 0.9 * gap],
    ["noise", 0.25 * logRamp(f.noise / progress, 0.1, 0.4)],
    ["overshoot", overshoot(f)],
    ["swing_growth", growth],
    ["coherent_swing", 0.9 * coherentSwing(curve, f)],
    ["recurrent_spikes", 0.8 * recurrentSpikes(curve, f)],
    // A fall that gains speed while the rate comes down shows how much the rate cost; too weak a sign to decide alone.
    ["annealing_gain", f.lateDrop / progress > 0.15 ? 0.55 * annealing * ramp(f.lateDrop / progress, 0.1, 0.3) : 0],
  ];
  const high = signs.reduce((sum, [, share]) => noisyOr(sum, share), 0);
  const leads = growth >= 0.5 && signs.every(([, share]) => share <= growth);
  const vague = (sign: Sign): boolean => !known && (sign === "coherent_swing" || sign === "recurrent_spikes");
  const sureHigh = signs.reduce((sum, [sign, share]) => noisyOr(sum, vague(sign) ? Math.min(0.3, share) : share), 0);

  let low = 0;
  if (f.bend?.descends) {
    const [bent, straight] = known ? [0.25, 0.6] : [0.4, 0.8];
    low =
      ramp(f.bend.exponent, bent, straight) *
      ramp(f.bend.z, 5, 10) *
      (1 - (returnedZ > 6 ? ramp(returned, 0.15, 0.5) : 0)) *
      (1 - gap) *
      (0.3 + 0.7 * ramp(f.recentZ, 0, 1.5)) *
      (known ? 1 : ramp(f.acceleration, 0.15, 0.4)) *
      (1 - annealing);
  }
  const diverging = above > 0.5 && aboveZ > 8 && !f.cameBack ? ramp(above, 0.4, 0.8) : 0;
  return {
    high,
    sureHigh,
    low,
    diverging,
    noProgress: false,
    restlessFrom: leads && restless !== null ? curve.history.columns.step[restless.bucket - 1]! : null,
    signs: strongest([...signs, ["straight_descent", low]]),
  };
}

function withoutProgress(curve: LossCurve, f: Features): Scores {
  const rise = f.current - curve.start;
  const swing = strongestSwing(curve.pyramid);
  const signs: [Sign, number][] = [
    ["loss_rising", rise > 8 * f.blockError ? 0.8 : 0],
    ["coherent_swing", swing && swing.coherence > 40 && swing.period <= 4 && curve.points >= 150 ? 0.75 : 0],
    ["overshoot", f.overshoot > 5 * f.noise ? 0.5 + 0.3 * ramp(f.overshoot / f.noise, 5, 8) : 0],
  ];
  const high = Math.max(...signs.map(([, share]) => share));
  return {
    high,
    sureHigh: high,
    low: 0,
    diverging: 0.9 * lost(rise, f),
    noProgress: true,
    restlessFrom: null,
    signs: strongest(signs),
  };
}

/**
 * How clearly a curve without progress stands above its start: in units of its noise; and as an explosion makes the noise
 * huge, in units of the little there had been to lose.
 */
function lost(rise: number, { blockError, noise, progress }: Features): number {
  const clear = rise > 8 * blockError ? ramp(rise / noise, 3, 12) : 0;
  return progress > 0 && rise > noise ? Math.max(clear, ramp(rise / progress, 10, 20)) : clear;
}

/** Went far above its start at first: after an early explosion the curve may look calm and only this tells. */
function overshoot(f: Features): number {
  const share = f.overshoot / f.progress;
  if (!(f.overshoot > 6 * 0.6 * f.noise && share > 0.15)) return 0;
  // A curve that has gone on falling since has got over it.
  return ramp(share, 0, 1) * 0.5 * (1 - ramp(f.recentZ, 2, 8));
}

/** A swing that stands far out of white noise. Weaker ones are as often the data's order as the rate's fault (§1.5). */
function coherentSwing(curve: LossCurve, f: Features): number {
  const swing = strongestSwing(curve.pyramid);
  if (swing === null) return 0;
  const share = swing.amplitude / f.progress;
  const certain = swing.coherence >= 150 || (share >= 0.35 && swing.coherence >= 20);
  return certain ? logRamp(share, 0.06, 0.22) : 0;
}

function recurrentSpikes(curve: LossCurve, f: Features): number {
  const heights = curve.spikes.past
    .filter((spike) => spike.atPoint >= curve.points / 2 && spike.length >= 2)
    .map((spike) => spike.top - spike.level)
    .filter((height) => height > 0.15 * f.progress)
    .sort((a, b) => a - b);
  if (heights.length < 3) return 0;
  return ramp(heights.length, 2, 5) * ramp(heights[heights.length >> 1]! / f.progress, 0.1, 0.3);
}

function strongest(signs: [Sign, number][]): Sign[] {
  return signs
    .filter(([, share]) => share >= 0.2)
    .sort((a, b) => b[1] - a[1])
    .map(([sign]) => sign);
}
