import type { Plain } from "#lib/core/index.ts";
import type { Finding, TimelineSegment, VerdictName } from "#lib/protocol/index.ts";
import { type CauseWatch, newCauseWatch } from "./cause/watch.ts";
import { type LossCurve, newLossCurve } from "./curve/loss-curve.ts";
import { type EvalWatch, newEvalWatch } from "./early-stopping/early-stopping.ts";
import type { Overfitting } from "./early-stopping/overfitting.ts";
import { type LookMachine, newLookMachine } from "./judge/states.ts";
import { type NonfiniteWatch, newNonfiniteWatch } from "./nonfinite.ts";
import type { RunContext } from "./observation.ts";
import { type HangWatch, newHangWatch } from "./pace/hang-watch.ts";
import { newRhythm, type Rhythm } from "./rhythm.ts";
import { freshMemories } from "./rules/index.ts";
import { newRateState, type RateState } from "./schedule/schedule-watch.ts";

/** Bumped when a saved state can no longer be read on: its run is then judged anew. */
export const STATE_VERSION = 5;

/** Everything the engine knows of a run. Plain data of bounded size; the view is a function of it and nothing else. */
export type EngineState = RateState & {
  version: number;
  context: RunContext;
  /** The attempt under way, −1 before the first observation; and the last step read. */
  attempt: number;
  lastStep: number;
  /** Epochs at the first and the last loss record, NaN while unknown: they tell a per-epoch log. */
  firstEpoch: number;
  lastEpoch: number;
  curve: LossCurve;
  /** Points from which the next look at the curve is due. */
  nextLook: number;
  looks: LookMachine;
  cause: CauseWatch;
  nonfinite: NonfiniteWatch;
  evals: EvalWatch;
  rhythm: Rhythm;
  hang: HangWatch;
  /** As of the last evaluation; null when it does not climb. */
  overfitting: Overfitting | null;
  /** Evaluations in a row that have found it so. */
  overfitChecks: number;
  standing: Standing;
  /** By verdict: the points seen when it was last pushed. */
  pushedAt: Partial<Record<VerdictName, number>>;
  /** Oldest first, at most `SEGMENTS_KEPT` and `FINDINGS_KEPT`. */
  timeline: TimelineSegment[];
  findings: Finding[];
  /** Whether it has been said what siblings tell of the learning rate. */
  toldOfSiblings: boolean;
  /** What each rule remembers, by its name. */
  rules: Record<string, Plain>;
};

/** The verdict in force. */
export type Standing = {
  verdict: VerdictName;
  cause: "stalled" | "no_progress" | null;
  /** Where it began; null while reading. */
  sinceStep: number | null;
  /** Whether the curve had long looked otherwise before. */
  late: boolean;
  /** Whether it has been said with enough confidence to be pushed. */
  pushed: boolean;
};

export const SEGMENTS_KEPT = 32;
export const FINDINGS_KEPT = 10;

export function freshState(): EngineState {
  return {
    version: STATE_VERSION,
    context: { maxSteps: null, stepSource: null, ended: false, config: {}, siblings: null },
    attempt: -1,
    lastStep: Number.NaN,
    firstEpoch: Number.NaN,
    lastEpoch: Number.NaN,
    curve: newLossCurve(),
    nextLook: 0,
    looks: newLookMachine(),
    cause: newCauseWatch(),
    nonfinite: newNonfiniteWatch(),
    ...newRateState(),
    evals: newEvalWatch(),
    rhythm: newRhythm(),
    hang: newHangWatch(),
    overfitting: null,
    overfitChecks: 0,
    standing: { verdict: "reading", cause: null, sinceStep: null, late: false, pushed: false },
    pushedAt: {},
    timeline: [],
    findings: [],
    toldOfSiblings: false,
    rules: freshMemories(),
  };
}
