import { significant } from "#lib/core/index.ts";
import type { DiagnosisView, Schedule } from "#lib/protocol/index.ts";
import { type LossCurve, rateRises } from "../curve/loss-curve.ts";
import type { EngineState } from "../state.ts";
import { plannedRate } from "./coming-rate.ts";
import { type Outlook, outlook, type Phase } from "./outlook.ts";

/**
 * The train loss at the end of the run (the mean of its last twentieth), with a band that holds four outcomes in five
 * (DIAGNOSIS.md §1.4, §4.4). Nothing is said without a known end, early on, or of a run whose loss runs away.
 */
const LEVEL = 0.8;
const MIN_POINTS = 48;

/**
 * How far the band reaches below and above the value, in the outlook's units: about the tenth and the ninetieth percentile
 * of (outcome − value) / unit, forecast at 30, 50 and 70 % of the run, `backtest`. Made on sweep A, good and bad runs alike;
 * without a rate also on the public workloads wmt and ogbg. Long below: a decay not announced and a plateau that breaks both
 * lower the loss. Outcomes within the band, in percent (all runs / good ones):
 *
 *     rate known     sweep A 78 / 89    held out: sweep B 77 / 83, Trainer logs 87 / 96
 *     rate withheld  sweep A 78 / 85    held out: sweep B 81 / 92, public runs librispeech 92, fastmri 95, imagenet 58
 *
 * Good runs hold their band more often since bad ones have the longer tails; imagenet's decay cannot be foreseen without its
 * rate. The median error is a third of that of "nothing more comes" with the rate known, two thirds on public runs.
 */
export const REACH: Record<Phase, { below: number; above: number }> = {
  constant: { below: 4.4, above: 1.3 },
  decay_ahead: { below: 4.6, above: 0.75 },
  decay_visible: { below: 3, above: 0.85 },
  unknown_rate: { below: 3.1, above: 1.8 },
};

export function forecastView(
  { curve, context, standing }: EngineState,
  schedule: Schedule | null,
): DiagnosisView["forecast"] {
  const end = context.maxSteps ?? schedule?.totalSteps ?? null;
  if (end === null || context.ended || curve.points < MIN_POINTS) return null;
  if (standing.verdict === "nan" || standing.verdict === "diverging") return null;
  const rateAt = plannedRate(curve, schedule);
  if (rateAt === null && rateRises(curve)) return null;
  const ahead = outlook(curve, end, rateAt);
  return ahead === null ? null : banded(ahead, curve);
}

/** The band never narrows on its way to the end, nor reaches below 0 where no loss has. Null for numbers beyond all bounds. */
function banded({ phase, level, points }: Outlook, curve: LossCurve): DiagnosisView["forecast"] {
  const floor = curve.start >= 0 && level >= 0 ? 0 : Number.NEGATIVE_INFINITY;
  const reach = REACH[phase];
  let unit = 0;
  const band = points.map((point) => {
    unit = Math.max(unit, point.unit);
    const value = Math.max(floor, point.value);
    return {
      step: Math.round(point.step),
      value: significant(value, 5) + 0, // + 0: never −0
      low: significant(Math.max(floor, point.value - reach.below * unit), 5) + 0,
      high: significant(Math.max(value, point.value + reach.above * unit), 5) + 0,
    };
  });
  if (!band.every(({ low, high }) => Number.isFinite(high - low))) return null;
  return {
    ...band.at(-1)!,
    level: LEVEL,
    curve: {
      step: band.map((point) => point.step),
      value: band.map((point) => point.value),
      low: band.map((point) => point.low),
      high: band.map((point) => point.high),
    },
  };
}
