import type { Evidence } from "#lib/protocol/index.ts";
import { newSpikeScore, pushSpikeScore, type SpikeScore, spikeScore } from "../curve/spike-score.ts";
import { isLevelShift, newSpikeWatch, pushSpikeWatch, type Spike, type SpikeWatch } from "../curve/spike-watch.ts";
import { LARGEST } from "../observation.ts";
import { isNews, matters, openSpike } from "../spikes.ts";
import type { EngineState } from "../state.ts";
import {
  EVENT_LABEL,
  gradientSpikeText,
  levelShiftText,
  spikeBackText,
  spikeOverdueText,
  spikesOftenText,
  spikeText,
} from "../text/events.ts";
import { defineRule, type Said } from "./rule.ts";

type Memory = {
  attempt: number;
  /** Spikes of ln(gradient norm), by the records that had one. */
  norms: SpikeWatch;
  normRecords: number;
  /** Told as a note for the last time; and its height, in loss units. */
  toldNorm: number;
  told: { atPoint: number; height: number };
  /** First points of the spikes that were told as not coming back, and as a new level. */
  overdue: number;
  shifted: number;
  /** Spikes that mattered among the last 1,000 records, and whether the gradient norm jumped too. */
  large: { atPoint: number; withNorm: boolean }[];
  toldOften: number;
  score: SpikeScore;
};

const NORM_WINDOW = 64;
const NEVER = Number.NEGATIVE_INFINITY;
/** Another spike within so many records, or this share of the run, is news only when it is twice as high. */
const QUIET_RECORDS = 500;
const QUIET_SHARE = 0.05;
/** Smaller jumps of the gradient norm are common; BLOOM's went ×10, ×66, ×600 ahead of its spike (DIAGNOSIS.md §1.2). */
const NORM_FACTOR = 16;
/** Records between two jumps that belong together. */
const TOGETHER = 5;
/** So many spikes in 1,000 records, most of them with the gradient norm, are a caution (§2.6). Not pushed: healthy runs of
 * batch normalised networks have them too, and those that cost progress are pushed as oscillating. */
const OFTEN = 3;
const OFTEN_OVER = 1000;
/** Records within which jumps are one spike (§2.6). */
const GROUPED_WITHIN = 16;
/** Verdicts that already say that the loss is where it should not be. */
const LOUDER: ReadonlySet<string> = new Set(["nan", "diverging", "oscillating"]);

const fresh = (): Memory => ({
  attempt: -1,
  norms: newSpikeWatch(NORM_WINDOW),
  normRecords: 0,
  toldNorm: NEVER,
  told: { atPoint: NEVER, height: 0 },
  overdue: NEVER,
  shifted: NEVER,
  large: [],
  toldOften: NEVER,
  score: newSpikeScore(),
});

/**
 * Jumps of the loss and of the gradient norm above their own past (DIAGNOSIS.md §2.6). A note where it happens
 * (`loss.spike`, `grad.spike`); trouble only when the loss does not come back or jumps again and again; a level that
 * stays is `loss.level_shift`.
 */
export const spike = defineRule<Memory>({
  name: "spike",
  fresh,
  observe({ reading, state }, memory) {
    if (reading.attempt > memory.attempt) {
      Object.assign(memory, fresh(), { score: memory.score, attempt: reading.attempt });
    }
    const { gradNorm, loss, step } = reading;
    const normed = gradNorm !== undefined && gradNorm > 0 && Number.isFinite(gradNorm);
    if (normed) {
      pushSpikeWatch(memory.norms, Math.log(gradNorm), ++memory.normRecords, step);
      memory.norms.past = memory.norms.past.slice(-1);
    }
    if (loss !== undefined && Number.isFinite(loss)) {
      pushSpikeScore(memory.score, loss);
      const said = ofLoss(state, memory);
      if (said !== null) return said;
    }
    return normed ? ofNorm(state, memory) : null;
  },
});

function ofLoss(state: EngineState, memory: Memory): Said | null {
  const { curve, standing } = state;
  const { current, past } = curve.spikes;
  if (current !== null && current.atPoint !== memory.told.atPoint && isNews(curve, current)) {
    const said = beginning(state, memory, current);
    if (said !== null) return said;
  }
  if (current !== null && openSpike(state) !== null && memory.overdue !== current.atPoint) {
    memory.overdue = current.atPoint;
    if (LOUDER.has(standing.verdict)) return null;
    return {
      rule: "loss.spike",
      severity: "caution",
      step: current.step,
      alert: true,
      text: spikeOverdueText(current),
      evidence: evidenceOf(current, memory),
    };
  }
  const last = past.at(-1);
  if (last === undefined || current !== null) return null;
  if (last.atPoint === memory.overdue && last.end !== "stayed") {
    memory.overdue = NEVER;
    if (LOUDER.has(standing.verdict)) return null;
    const text = spikeBackText(last);
    return { rule: "loss.spike", severity: "note", step: last.step, alert: false, text, evidence: [] };
  }
  if (last.atPoint === memory.shifted || !isLevelShift(last) || !matters(curve, last, last.now)) return null;
  memory.shifted = last.atPoint;
  if (standing.verdict === "nan" || standing.verdict === "diverging") return null;
  return {
    rule: "loss.level_shift",
    severity: "note",
    step: last.step,
    alert: false,
    text: levelShiftText(last),
    evidence: [
      { name: "level", value: last.level, unit: "loss", label: EVENT_LABEL.level },
      { name: "level_after", value: last.now, unit: "loss", label: EVENT_LABEL.levelAfter },
    ],
  };
}

/** The first sentence about a spike; and where it is one of many, that. */
function beginning({ curve, standing }: EngineState, memory: Memory, current: Spike): Said | null {
  const height = current.top - current.level;
  const quiet = Math.max(QUIET_RECORDS, QUIET_SHARE * curve.points);
  const news = current.atPoint - memory.told.atPoint > quiet || height >= 2 * memory.told.height;
  const before = memory.large.at(-1)?.atPoint ?? NEVER;
  if (current.atPoint - before > GROUPED_WITHIN) {
    memory.large.push({ atPoint: current.atPoint, withNorm: normFactor(memory) !== null });
    memory.large = memory.large.filter(({ atPoint }) => curve.points - atPoint < OFTEN_OVER).slice(-8);
  }
  const { large } = memory;
  const often = large.length >= OFTEN && 2 * large.filter(({ withNorm }) => withNorm).length > large.length;
  if (often && current.atPoint - memory.toldOften >= OFTEN_OVER && !LOUDER.has(standing.verdict)) {
    memory.toldOften = current.atPoint;
    memory.told = { atPoint: current.atPoint, height };
    return {
      rule: "loss.spike",
      severity: "caution",
      step: current.step,
      alert: false,
      text: spikesOftenText(large.length, curve.points - large[0]!.atPoint),
      evidence: evidenceOf(current, memory),
    };
  }
  if (!news) return null;
  memory.told = { atPoint: current.atPoint, height };
  return {
    rule: "loss.spike",
    severity: "note",
    step: current.step,
    alert: false,
    text: spikeText(current, normFactor(memory)),
    evidence: evidenceOf(current, memory),
  };
}

/** A gradient norm that jumped where the loss has not yet: the early warning. */
function ofNorm({ curve }: EngineState, memory: Memory): Said | null {
  const { current } = memory.norms;
  if (current === null || current.atPoint === memory.toldNorm) return null;
  const factor = factorOf(current);
  if (factor < NORM_FACTOR) return null;
  const quiet = current.atPoint - memory.toldNorm <= Math.max(QUIET_RECORDS, QUIET_SHARE * memory.normRecords);
  // Told or not, this spike is dealt with: what follows within the quiet time belongs to it.
  memory.toldNorm = current.atPoint;
  const { current: rise, past } = curve.spikes;
  const latest = rise ?? past.at(-1);
  const known = latest !== undefined && curve.points - latest.atPoint - latest.length <= TOGETHER;
  if (quiet || known) return null;
  return {
    rule: "grad.spike",
    severity: "note",
    step: current.step,
    alert: false,
    text: gradientSpikeText(current.step, factor),
    evidence: [{ name: "norm_factor", value: factor, unit: "x", label: EVENT_LABEL.normFactor }],
  };
}

/** How far the gradient norm jumped within the last few records; null when it did not. */
function normFactor({ norms, normRecords }: Memory): number | null {
  const jump = norms.current ?? norms.past.at(-1);
  if (jump === undefined || normRecords - jump.atPoint - jump.length > TOGETHER) return null;
  return factorOf(jump);
}

const factorOf = ({ top, level }: Spike): number => Math.min(Math.exp(top - level), LARGEST);

function evidenceOf({ level, top }: Spike, memory: Memory): Evidence[] {
  const factor = normFactor(memory);
  const score = spikeScore(memory.score);
  const evidence: Evidence[] = [
    { name: "level", value: level, unit: "loss", label: EVENT_LABEL.level },
    { name: "top", value: top, unit: "loss", label: EVENT_LABEL.top },
  ];
  if (factor !== null) evidence.push({ name: "norm_factor", value: factor, unit: "x", label: EVENT_LABEL.normFactor });
  if (score !== null)
    evidence.push({ name: "spike_score", value: 100 * score, unit: "%", label: EVENT_LABEL.spikeScore });
  return evidence;
}
