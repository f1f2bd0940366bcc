import { significant } from "#lib/core/index.ts";
import type { VerdictName } from "#lib/protocol/index.ts";
import { BUCKETS, bucketMean, type History } from "../curve/history.ts";
import { rateIsKnown } from "../curve/loss-curve.ts";
import { whiteNoise } from "../judge/features.ts";
import type { RunConfig } from "../observation.ts";
import type { EngineState } from "../state.ts";

/** What a run offers to others that differ from it in the learning rate: its trend in at most 64 stretches. */
export type SiblingCurve = {
  id: string;
  name: string;
  /** The largest rate so far; null when the log does not tell it. */
  peakRate: number | null;
  /** The first loss. */
  start: number;
  firstStep: number;
  lastStep: number;
  ended: boolean;
  maxSteps: number | null;
  /** Finite losses, for the error of a mean. */
  points: number;
  /** By stretch, ascending: its last step, its mean loss, and its mean rate. */
  step: number[];
  level: number[];
  rate: number[];
  /** The lowest level, and the white noise of single losses. */
  best: number;
  noise: number;
  /** Whether the loss is no number now, or has run away. */
  failed: boolean;
  verdict: VerdictName;
  config: RunConfig;
};

const STRETCHES = BUCKETS / 2;
/** A log may stop before there is enough of it to be called diverging; at this many times its start a loss is lost. */
const EXPLODED = 10;

/** The curve of a run as it is now; null before the first finite loss. */
export function siblingCurve(state: EngineState, id: string, name: string): SiblingCurve | null {
  const { curve, context, nonfinite, looks } = state;
  if (!(curve.points > 0)) return null;
  const { step, level, rate } = stretches(curve.history);
  return {
    id,
    name,
    peakRate: rateIsKnown(curve) && curve.peakRate > 0 ? curve.peakRate : null,
    start: curve.first[0]!,
    firstStep: curve.firstStep,
    lastStep: curve.lastStep,
    ended: context.ended,
    maxSteps: context.maxSteps,
    points: curve.points,
    step,
    level,
    rate,
    best: Math.min(...level),
    noise: whiteNoise(curve.history),
    failed:
      nonfinite.failure !== null || looks.look === "diverging" || level.at(-1)! > EXPLODED * Math.abs(curve.start),
    verdict: state.standing.verdict,
    config: context.config,
  };
}

/** The buckets of the history, in pairs where there are more than 64, and what is left over as one more. */
function stretches(history: History): Pick<SiblingCurve, "step" | "level" | "rate"> {
  const { columns, count, width, open } = history;
  const per = count < STRETCHES ? 1 : 2;
  const step: number[] = [];
  const level: number[] = [];
  const rate: number[] = [];
  const add = (last: number, sum: number, rates: number, points: number): void => {
    step.push(last);
    level.push(significant(sum / points, 7));
    rate.push(significant(rates / points, 5));
  };
  let i = 0;
  for (; i + per <= count; i += per) {
    let sum = 0;
    let rates = 0;
    for (let k = i; k < i + per; k++) {
      sum += bucketMean(history, k) * width;
      rates += columns.rate[k]!;
    }
    add(columns.step[i + per - 1]!, sum, rates, per * width);
  }
  const rest = i < count ? width : 0;
  if (rest + open.points > 0) {
    const sum = open.sum + (rest > 0 ? columns.sum[i]! : 0);
    const rates = open.rate + (rest > 0 ? columns.rate[i]! : 0);
    add(open.points > 0 ? open.step : columns.step[i]!, sum, rates, rest + open.points);
  }
  return { step, level, rate };
}

/** The mean loss over the steps `from` … `to`, in which every step of a stretch counts as its mean. */
export function levelBetween({ firstStep, step, level }: SiblingCurve, from: number, to: number): number {
  let sum = 0;
  let length = 0;
  for (let i = step.length - 1; i >= 0 && step[i]! > from; i--) {
    const begin = i === 0 ? firstStep : step[i - 1]!;
    const part = Math.min(to, step[i]!) - Math.max(from, begin);
    if (part <= 0) continue;
    sum += part * level[i]!;
    length += part;
  }
  return length > 0 ? sum / length : level.at(-1)!;
}

/** The rate at `at`, by a straight line between the middles of stretches. */
export function rateAt({ firstStep, step, rate }: SiblingCurve, at: number): number {
  const middle = (k: number): number => ((k === 0 ? firstStep : step[k - 1]! + 1) + step[k]!) / 2;
  const i = step.findIndex((_, k) => middle(k) >= at);
  if (i < 0) return rate.at(-1)!;
  if (i === 0) return rate[0]!;
  const share = (at - middle(i - 1)) / (middle(i) - middle(i - 1));
  return rate[i - 1]! + share * (rate[i]! - rate[i - 1]!);
}

/** The largest rate until `at`. */
export function peakRateAt(curve: SiblingCurve, at: number): number {
  const before = curve.rate.filter((_, i) => curve.step[i]! < at);
  return Math.max(rateAt(curve, at), ...before);
}
