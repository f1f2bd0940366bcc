import type { LrJudgement, Schedule, VerdictName } from "#lib/protocol/index.ts";
import { bucketNorm } from "../curve/history.ts";
import { rateIsKnown } from "../curve/loss-curve.ts";
import { features } from "../judge/features.ts";
import { judgementOf } from "../learning-rate.ts";
import type { EngineState } from "../state.ts";

/** What has been measured of the run, as far as a setting is judged by it. Null: not known. */
export type ReviewFacts = {
  verdict: VerdictName | null;
  /** What the diagnosis says of the learning rate. */
  judgement: LrJudgement;
  schedule: Schedule | null;
  /** The highest learning rate seen. */
  peakRate: number | null;
  plannedSteps: number | null;
  /** Loss records so far, and the steps they span. */
  points: number;
  steps: number;
  firstLoss: number | null;
  /** White noise of single records over the progress made (σ/P of DIAGNOSIS.md §2.3). */
  noiseShare: number | null;
  spikesPer1000: number | null;
  nonfinite: boolean;
  evals: number;
  /** The gradient norm along the run: geometric means of equal stretches, oldest first, at most 128; empty when not logged. */
  gradNorms: readonly number[];
  /** Of the device: its name, compute capability (8.0), and the largest share of its memory in use. */
  deviceName: string | null;
  computeCapability: number | null;
  memoryShare: number | null;
  outOfMemory: boolean | null;
};

/** Before this many records a rate of spikes says nothing. */
const SPIKES_FROM = 500;

/** @param schedule as identified from the measured rate */
export function reviewFacts(state: EngineState, schedule: Schedule | null): ReviewFacts {
  const { curve, context, evals, nonfinite, standing } = state;
  const f = features(curve);
  return {
    verdict: standing.verdict === "reading" ? null : standing.verdict,
    judgement: judgementOf(state),
    schedule: schedule?.kind === "unknown" ? null : schedule,
    peakRate: rateIsKnown(curve) && curve.peakRate > 0 ? curve.peakRate : null,
    plannedSteps: context.maxSteps,
    points: curve.points,
    steps: curve.lastStep - curve.firstStep,
    firstLoss: curve.points === 0 || !Number.isFinite(curve.start) ? null : curve.start,
    noiseShare: f !== null && f.progress > 0 ? f.noise / f.progress : null,
    spikesPer1000: spikesPer1000(state),
    nonfinite:
      nonfinite.failure !== null || state.findings.some(({ rule }) => rule === "nan.loss" || rule === "inf.loss"),
    evals: evals.count,
    gradNorms: gradNorms(state),
    deviceName: null,
    computeCapability: null,
    memoryShare: null,
    outOfMemory: null,
  };
}

function gradNorms({ curve: { history } }: EngineState): number[] {
  const norms: number[] = [];
  for (let i = 0; i < history.count; i++) if (history.columns.norms[i]! > 0) norms.push(bucketNorm(history, i));
  return norms;
}

function spikesPer1000({ curve: { spikes, points } }: EngineState): number | null {
  if (points < SPIKES_FROM) return null;
  const since = spikes.past.length >= 16 ? spikes.past[0]!.atPoint : 0;
  return spikes.past.length < 2 ? 0 : (1000 * spikes.past.length) / Math.max(1, points - since);
}
