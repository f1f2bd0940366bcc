import { median } from "#lib/core/index.ts";
import type { LrJudgement, Schedule, VerdictName } from "#lib/protocol/index.ts";
import type { RunConfig } from "../observation.ts";
import { type Hyperparameters, readHyperparameters, type Trainer, trainerOf } from "./config.ts";
import { contextOf, type ReviewContext } from "./context.ts";
import type { ReviewFacts } from "./facts.ts";
import { type RateRange, usualRange } from "./lr-range.ts";

export type Decay = "constant" | "linear" | "cosine" | "polynomial" | "other";

/** Everything a rule may look at, once: what was set, what was measured, and what follows from both. Null: not known. */
export type Subject = Hyperparameters &
  Omit<ReviewContext, "parameters"> & {
    range: RateRange | null;
    trainer: Trainer | null;
    peakRate: number | null;
    /** The same, unless the rate may still be rising to a peak that is not known. */
    settledPeak: number | null;
    totalSteps: number | null;
    warmup: number | null;
    warmupShare: number | null;
    /** The rate that the warm-up starts from, as a share of the peak. */
    warmupStart: number | null;
    decay: Decay | null;
    /** Where the decay ends, and where the run does. */
    decayEnd: number | null;
    plannedSteps: number | null;
    /** Examples per optimiser step: micro-batch × accumulation × devices. */
    product: number | null;
    /** Declared, else the product. */
    batch: number | null;
    tokens: number | null;
    ampere: boolean | null;
    checkpoints: boolean | null;
    /** Times the training set is gone through. */
    passes: number | null;
    /** Loss records by the end of the run. */
    loggedPoints: number | null;
    pureBf16: boolean | null;
    /** Whether the data is seen once at most. */
    singlePass: boolean | null;
    evaluates: boolean | null;
    clippedShare: number | null;
    normSpikes: boolean | null;
    verdict: VerdictName | null;
    judgement: LrJudgement;
    noiseShare: number | null;
    spikesPer1000: number | null;
    memoryFull: boolean | null;
    memoryShare: number | null;
    nonfinite: boolean;
    evals: number;
    points: number;
  };

/** Memory in use beyond this share is full (DIAGNOSIS.md §6.3, hp.ckpt.off_oom). */
const MEMORY_FULL = 0.95;
/** A stretch whose gradient norm is this many times the median one is a spike. */
const NORM_SPIKE = 5;
const NORMS_NEEDED = 8;
const VAST_TOKENS = 10e9;
const SEEN_FROM = 0.01;

export function subjectOf(config: RunConfig, facts: ReviewFacts): Subject {
  const hp = readHyperparameters(config);
  const context = contextOf(hp, facts);
  const declared = hp.maxSteps !== null && hp.maxSteps > 0 ? hp.maxSteps : null;
  const totalSteps = declared ?? facts.plannedSteps ?? facts.schedule?.totalSteps ?? null;
  const warmup = warmupOf(hp, totalSteps, facts.schedule);
  const product = productOf(hp);
  const batch = hp.globalBatch ?? product;
  const tokens = hp.tokensPerStep ?? (batch === null || hp.sequenceLength === null ? null : batch * hp.sequenceLength);
  const passes = passesOf(hp, batch, declared);
  const recompute = hp.recompute === null ? null : hp.recompute !== "none" && hp.recompute !== "false";
  return {
    ...hp,
    ...context,
    range: usualRange(context),
    trainer: trainerOf(config),
    peakRate: peakOf(hp.learningRate, facts),
    settledPeak: hp.learningRate === null && facts.schedule === null ? null : peakOf(hp.learningRate, facts),
    totalSteps,
    warmup,
    warmupShare: warmup === 0 ? 0 : warmup === null || totalSteps === null ? null : warmup / totalSteps,
    warmupStart: facts.schedule === null ? null : warmupStart(facts.schedule),
    schedulerPower: hp.schedulerPower ?? facts.schedule?.power ?? null,
    decay: decayOf(hp.scheduler, facts.schedule),
    decayEnd: hp.decaySteps ?? facts.schedule?.totalSteps ?? null,
    plannedSteps: declared ?? facts.plannedSteps,
    product,
    batch,
    tokens,
    ampere: isAmpere(hp.computeCapability ?? facts.computeCapability, hp.deviceName ?? facts.deviceName),
    checkpoints: hp.checkpointing ?? recompute,
    passes,
    singlePass: passes !== null ? passes <= 1 : isVast(tokens, totalSteps) ? true : null,
    pureBf16: hp.pureLowPrecision ?? areAllBf16(hp),
    evaluates: evaluates(hp, facts.evals),
    loggedPoints: loggedPoints(hp.logEvery, totalSteps, facts),
    clippedShare: clippedShare(hp.clipNorm, facts.gradNorms),
    normSpikes: facts.gradNorms.length < NORMS_NEEDED ? null : hasNormSpike(facts.gradNorms),
    verdict: facts.verdict,
    judgement: facts.judgement,
    noiseShare: facts.noiseShare,
    spikesPer1000: facts.spikesPer1000,
    memoryFull: facts.outOfMemory || (facts.memoryShare === null ? facts.outOfMemory : facts.memoryShare > MEMORY_FULL),
    memoryShare: facts.memoryShare,
    nonfinite: facts.nonfinite,
    evals: facts.evals,
    points: facts.points,
  };
}

/** The rate that was asked for, or a higher one that was measured. */
function peakOf(declared: number | null, { peakRate }: ReviewFacts): number | null {
  return declared === null ? peakRate : Math.max(declared, peakRate ?? 0);
}

/** In steps. Below 1 the steps are a share of the run, as transformers 5 has it. */
function warmupOf(hp: Hyperparameters, total: number | null, schedule: Schedule | null): number | null {
  const { warmupSteps: steps, warmupRatio: ratio } = hp;
  if (steps !== null && steps >= 1) return steps;
  const share = steps || ratio;
  if (share) return total === null ? null : share * total;
  if (steps === 0 || ratio === 0) return 0;
  if (schedule === null) return null;
  // A curve that is seen from the middle of the run on shows no warm-up, whether or not there was one.
  const isWhole = (schedule.curve.step[0] ?? 0) <= 1 + SEEN_FROM * (total ?? 0);
  return schedule.warmupSteps > 0 || isWhole ? schedule.warmupSteps : null;
}

/** The identified warm-up is a line: its first two knots tell where it began. */
function warmupStart({ warmupSteps, curve }: Schedule): number | null {
  const [s0, s1] = curve.step;
  const [v0, v1] = curve.value;
  if (warmupSteps === 0 || s0 === undefined || s1 === undefined || v0 === undefined || v1 === undefined) return null;
  if (!(s1 > s0) || !(v1 > v0)) return null;
  return Math.max(0, v0 - ((v1 - v0) / (s1 - s0)) * s0) / v1;
}

function decayOf(scheduler: string | null, schedule: Schedule | null): Decay | null {
  const name = scheduler ?? schedule?.kind ?? null;
  if (name === null) return null;
  if (/poly/.test(name)) return "polynomial";
  if (/cosine/.test(name)) return "cosine";
  if (/constant/.test(name)) return "constant";
  return /linear/.test(name) ? "linear" : "other";
}

/** So many tokens are not seen twice (DIAGNOSIS.md §6.3, hp.dropout.large). */
const isVast = (tokens: number | null, steps: number | null): boolean =>
  tokens !== null && steps !== null && tokens * steps >= VAST_TOKENS;

function areAllBf16({ stateDtype, masterDtype }: Hyperparameters): boolean | null {
  if (stateDtype === null || masterDtype === null) return null;
  return [stateDtype, masterDtype].every((dtype) => /^(?:bf16|bfloat16)$/.test(dtype));
}

function evaluates({ evalStrategy, evalEvery }: Hyperparameters, evals: number): boolean | null {
  if (evals > 0) return true;
  if (evalStrategy !== null) return evalStrategy !== "no" && evalStrategy !== "false";
  return evalEvery === null ? null : evalEvery > 0;
}

function productOf(hp: Hyperparameters): number | null {
  // The Hugging Face Trainer says −1 where one process trains alone.
  const devices = hp.devices ?? (hp.localRank === -1 ? 1 : null);
  if (hp.microBatch === null || hp.accumulation === null || devices === null) return null;
  return hp.microBatch * hp.accumulation * devices;
}

const OLDER = /\b(?:V100|T4|P100|P40|P4|K80|K40|M60|GTX|TITAN|RTX\s?20\d\d|Quadro)\b/i;
const NEWER =
  /\b(?:[AHB]\d00|GH200|GB200|H20|A10G?|A16|A30|A40|L4|L40S?|RTX\s?[345]0\d\d|RTX\s?A\d{4}|Ada|Blackwell)\b/i;

function isAmpere(capability: number | null, name: string | null): boolean | null {
  if (capability !== null) return capability >= 8;
  if (name === null) return null;
  if (NEWER.test(name)) return true;
  return OLDER.test(name) ? false : null;
}

function passesOf(hp: Hyperparameters, batch: number | null, maxSteps: number | null): number | null {
  // A limit in steps overrides the epochs, which then are only their default.
  if (maxSteps === null) return hp.epochs;
  return batch !== null && hp.examples !== null && hp.examples > 0 ? (maxSteps * batch) / hp.examples : null;
}

/** Loss records by the end of the run: as planned, else as the records so far go on. */
function loggedPoints(every: number | null, total: number | null, { points, steps }: ReviewFacts): number | null {
  if (total === null) return null;
  if (points >= 10 && steps > 0) return (total * (points - 1)) / steps;
  return every !== null && every >= 1 ? total / every : null;
}

function clippedShare(threshold: number | null, norms: readonly number[]): number | null {
  if (threshold === null || threshold <= 0 || norms.length < NORMS_NEEDED) return null;
  return norms.filter((norm) => norm > threshold).length / norms.length;
}

const hasNormSpike = (norms: readonly number[]): boolean => Math.max(...norms) > NORM_SPIKE * median(norms);
