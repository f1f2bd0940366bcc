import { mean, median, significant } from "#lib/core/index.ts";
import type { DiagnosisView, Schedule } from "#lib/protocol/index.ts";
import { rateIsKnown } from "../curve/loss-curve.ts";
import { plannedRate } from "../forecast/coming-rate.ts";
import { comingAreas, phaseOf } from "../forecast/outlook.ts";
import { gainBy, type Past, readingsOf } from "../forecast/readings.ts";
import { rhythmView } from "../rhythm.ts";
import type { EngineState } from "../state.ts";
import { type EvalSeries, evalNoise, evalProgress } from "./evals.ts";

/** Below this many evaluations no curve is drawn through them. */
const MIN_EVALS = 8;
/**
 * The bracket: from half the least to double the largest of the readings. Like [½·min, 2·max] of two models, which held 76 %
 * of 3,335 outcomes (DIAGNOSIS.md §4.4).
 */
const BRACKET = { low: 0.5, high: 2 } as const;

type ExpectedGain = NonNullable<DiagnosisView["earlyStopping"]>["expectedGain"];

/**
 * What going on to the planned end is expected to bring beyond the best evaluation. Null while that cannot be told: no known
 * end, few evaluations, a rate whose schedule is not read, or a decay that does not show yet, of which a plateau says nothing.
 *
 * @param sign 1 where smaller is better, −1 where larger is
 */
export function expectedGain(
  series: EvalSeries,
  sign: 1 | -1,
  { curve, context, rhythm }: EngineState,
  schedule: Schedule | null,
): ExpectedGain {
  const end = context.maxSteps ?? schedule?.totalSteps ?? null;
  const { kept, best } = series;
  if (end === null || context.ended || best === null || kept.step.length < MIN_EVALS || !(end > curve.lastStep))
    return null;
  const rateAt = plannedRate(curve, schedule);
  if (rateAt === null && rateIsKnown(curve)) return null;
  const past = pastOf(series, sign, rateAt === null ? null : curve.peakRate);
  if (past === null) return null;
  const last = comingAreas(curve, end, rateAt).at(-1)!;
  if (phaseOf(rateAt !== null, past.rateNow - last.rate, past.rateNow) === "decay_ahead") return null;
  const above = past.level - sign * best.value;
  const gains = readingsOf(past).map((reading) => Math.max(0, gainBy(reading, past, last.area, last.rate) - above));
  const expected = median(gains);
  const value = shown(expected);
  const low = shown(BRACKET.low * Math.min(...gains));
  const high = shown(BRACKET.high * Math.max(...gains));
  if (value === null || low === null || high === null) return null;
  const { msPerStep } = rhythmView(rhythm);
  const hours = msPerStep === null ? Number.NaN : ((end - curve.lastStep) * msPerStep) / 3.6e6;
  return {
    value,
    low,
    high,
    share: shown(expected / evalProgress(series)),
    noiseUnits: shown(expected / evalNoise(series)),
    perHour: shown(expected / hours),
  };
}

/** A number as a page shows it; null where there is none. */
export function shown(value: number): number | null {
  return Number.isFinite(value) ? significant(value, 4) + 0 : null;
}

/**
 * Going on is not expected to help: even the most hopeful reading is below a unit of the evaluation's noise, or most of them
 * see less than a hundredth of the gain so far.
 */
export function isSmallGain(gain: ExpectedGain, noise: number): boolean {
  return gain === null || gain.high <= noise || (gain.share !== null && gain.share < 0.01);
}

function pastOf(series: EvalSeries, sign: 1 | -1, peakRate: number | null): Past | null {
  const { kept } = series;
  // Before the first train loss no rate has been summed up.
  const from = kept.area.findIndex((area) => area > 0);
  if (from < 0 || kept.step.length - from < MIN_EVALS) return null;
  const value = kept.value.slice(from).map((v) => sign * v);
  const logArea = kept.area.slice(from).map(Math.log);
  const rate = kept.rate.slice(from).map((r) => (peakRate === null ? 1 : r / peakRate));
  if (!rate.every(Number.isFinite)) return null;
  const noise = evalNoise(series);
  const edge = Math.max(2, value.length >> 4);
  return {
    value,
    logArea,
    rate,
    rateNow: rate.at(-1)!,
    level: mean(value, value.length - edge),
    levelError: noise / Math.sqrt(edge),
    levelLogArea: mean(logArea, value.length - edge),
    progress: evalProgress(series),
    variance: noise ** 2,
  };
}
