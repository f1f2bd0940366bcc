import { significant } from "#lib/core/index.ts";
import { type Evidence, type Severity, toJsonValue, type Verdict, type VerdictName } from "#lib/protocol/index.ts";
import { evidenceFor } from "./evidence.ts";
import { bucketAt, normOver, recentStretch, type Stretch, stretch } from "./judge/description.ts";
import { type Features, features } from "./judge/features.ts";
import { type Look, lookConfidence, warmingUp } from "./judge/states.ts";
import { judgementOf, nextRate, riseToUndo } from "./learning-rate.ts";
import { nonfiniteFacts } from "./nonfinite.ts";
import { rhythmView } from "./rhythm.ts";
import { siblingJudgement } from "./siblings/index.ts";
import { openSpike } from "./spikes.ts";
import type { EngineState } from "./state.ts";
import type { Sentence } from "./text/both.ts";
import { nonfiniteText } from "./text/nonfinite.ts";
import {
  divergingText,
  flatAtHighRateText,
  healthyText,
  noProgressText,
  openSpikeText,
  oscillatingText,
  overfittingText,
  type RateBasis,
  readingText,
  stalledText,
  tooSlowText,
} from "./text/verdicts.ts";

/** The colour of each verdict; none while reading. */
export const SEVERITY: Record<VerdictName, Severity | null> = {
  nan: "critical",
  diverging: "critical",
  oscillating: "caution",
  overfitting: "caution",
  spike: "caution",
  too_slow: "note",
  plateau: "note",
  healthy: "good",
  reading: null,
};

/** What several measurements in a row have shown beyond their noise. */
const MEASURED_CONFIDENCE = 0.9;

/** How each look is called, and why where a verdict has two causes (DESIGN.md §2). */
const VERDICT_OF: Record<Look, { name: VerdictName; cause: Verdict["cause"] }> = {
  warming_up: { name: "reading", cause: null },
  healthy: { name: "healthy", cause: null },
  oscillating: { name: "oscillating", cause: null },
  too_slow: { name: "too_slow", cause: null },
  flat: { name: "plateau", cause: "stalled" },
  stalled: { name: "plateau", cause: "stalled" },
  no_progress: { name: "plateau", cause: "no_progress" },
  diverging: { name: "diverging", cause: null },
};

/** The verdict that the state amounts to now: a failed loss before any look. */
export function verdictName(state: EngineState): { name: VerdictName; cause: Verdict["cause"] } {
  if (state.nonfinite.failure !== null) return { name: "nan", cause: null };
  const { look } = state.looks;
  if (look === "diverging" || look === "oscillating") return VERDICT_OF[look];
  if (state.overfitting !== null) return { name: "overfitting", cause: null };
  if (openSpike(state) !== null) return { name: "spike", cause: null };
  return VERDICT_OF[look];
}

/** What a sentence or a tile may be made of: the standing verdict and the curve described once. */
export type Scene = {
  state: EngineState;
  features: Features | null;
  recent: Stretch | null;
  /** The first bucket of the verdict's own stretch, the newest part of that, and the stretch before it. */
  sinceBucket: number;
  since: Stretch | null;
  before: Stretch | null;
};

/** The verdict in words and numbers: a function of the state alone. */
export function verdictOf(state: EngineState): Verdict {
  const { standing } = state;
  const scene = sceneOf(state);
  const { reason, advice } = sentence(scene);
  return {
    name: standing.verdict,
    severity: SEVERITY[standing.verdict],
    confidence: confidenceOf(state),
    sinceStep: standing.sinceStep,
    cause: standing.cause,
    also: alsoTrue(state),
    reason,
    advice,
    evidence: tidy(evidenceFor(scene)),
  };
}

/** 0 … 1, two digits. A loss that is not a number is certain. */
export function confidenceOf(state: EngineState): number {
  const { verdict } = state.standing;
  if (verdict === "nan") return 1;
  if (verdict === "overfitting" || verdict === "spike") return MEASURED_CONFIDENCE;
  return significant(lookConfidence(state.looks, state.looks.look, state.curve.points), 2);
}

function alsoTrue(state: EngineState): VerdictName[] {
  const { standing, looks } = state;
  const true_: VerdictName[] = [];
  if (standing.verdict === "nan" && looks.look !== "warming_up" && looks.look !== "healthy") {
    true_.push(VERDICT_OF[looks.look].name);
  }
  if (state.overfitting !== null && standing.verdict !== "overfitting") true_.push("overfitting");
  if (standing.verdict !== "oscillating" && looks.high >= 0.7 && looks.look === "diverging") true_.push("oscillating");
  if (standing.verdict === "oscillating" && looks.low >= 0.7) true_.push("too_slow");
  return [...new Set(true_)];
}

function sceneOf(state: EngineState): Scene {
  const { curve, standing } = state;
  const { count } = curve.history;
  const sinceBucket = Math.min(bucketAt(curve, standing.sinceStep ?? curve.firstStep), Math.max(0, count - 4));
  return {
    state,
    features: features(curve),
    recent: recentStretch(curve),
    sinceBucket,
    since: stretch(curve, Math.max(sinceBucket, Math.floor((count * 2) / 3)), count),
    before: sinceBucket >= 8 ? stretch(curve, sinceBucket >> 1, sinceBucket) : null,
  };
}

function sentence({ state, features: f, recent, sinceBucket, since, before }: Scene): Sentence {
  const { curve, standing, context } = state;
  const next = nextRate(state);
  const { count } = curve.history;
  const sinceStep = standing.sinceStep ?? curve.firstStep;
  const slopePer1k = recent?.slopePer1k ?? 0;
  const progress = f !== null && f.progress > 0 ? f.progress : null;
  switch (standing.verdict) {
    case "nan":
      return state.nonfinite.failure === null
        ? readingSentence(state)
        : nonfiniteText({ ...nonfiniteFacts(state.nonfinite.failure), next });
    case "diverging":
      return divergingText({
        rise: f === null ? 0 : Math.max(f.gap, f.current - curve.start),
        steps: Math.max(1, curve.lastStep - sinceStep),
        gradNorm: normOver(curve, count - 4, count),
        next,
      });
    case "oscillating":
      return oscillatingText({
        swing: since?.swing ?? recent?.swing ?? 0,
        times: since !== null && before !== null && before.swing > 0 ? since.swing / before.swing : null,
        since: sinceStep,
        slopePer1k: since?.slopePer1k ?? slopePer1k,
        givenBack: f === null || progress === null ? 0 : Math.max(f.giveBack, f.coarseGiveBack, f.gap) / progress,
        timesStart: f !== null && curve.start > 0 ? f.current / curve.start : null,
        next,
        basis: basisOfNext(state),
      });
    case "too_slow":
      return tooSlowText({
        slopePer1k,
        gradNorm: normOver(curve, sinceBucket, count),
        rampSteps: significant(Math.max(1, 0.02 * (context.maxSteps ?? 10 * (curve.lastStep - curve.firstStep))), 1),
        next,
      });
    case "plateau":
      if (state.looks.look === "flat") {
        const half = state.curve.history.columns.step[count >> 1] ?? curve.firstStep;
        return flatAtHighRateText({
          gain: f?.halfDrop ?? 0,
          share: f === null || progress === null ? 0 : f.halfDrop / progress,
          since: half,
          next,
        });
      }
      return standing.cause === "stalled"
        ? stalledText(curve.lastStep - sinceStep)
        : noProgressText(curve.lastStep - curve.firstStep);
    case "overfitting":
      return state.overfitting === null ? readingSentence(state) : overfittingText(state.overfitting);
    case "spike": {
      const spike = openSpike(state);
      return spike === null ? readingSentence(state) : openSpikeText(spike);
    }
    case "healthy":
      return healthyText({ slopePer1k, swing: recent?.swing ?? 0, judgement: judgementOf(state), next });
    default:
      return readingSentence(state);
  }
}

function basisOfNext(state: EngineState): RateBasis {
  if (siblingJudgement(state.context.siblings) !== null) return "siblings";
  return riseToUndo(state) === null ? "half" : "schedule";
}

function readingSentence({ looks, curve, rhythm }: EngineState): Sentence {
  const { seen, needed } = warmingUp(looks, curve.points);
  return readingText(Math.min(seen, needed), needed, rhythmView(rhythm).msPerRecord, looks.graceUntil > 0);
}

/** Tiles as JSON carries them: short numbers, non-finite ones spelled. */
function tidy(evidence: Evidence[]): Evidence[] {
  const short = (value: number | null): number | null =>
    value === null || !Number.isFinite(value) ? null : significant(value, 5);
  return evidence.map(({ series, ...rest }) => ({
    ...rest,
    value: typeof rest.value === "number" ? toJsonValue(significant(rest.value, 5)) : rest.value,
    ...(series === undefined ? {} : { series: { ...series, value: series.value.map(short) } }),
  }));
}
