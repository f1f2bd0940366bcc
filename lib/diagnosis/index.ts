/**
 * A run's measurements in, verdict and findings out. Pure and incremental: state and new observations give a new state and
 * what is new to say, the same however the observations are split, and whether or not the state was saved in between.
 * Memory is bounded whatever the length of the run; a point costs the same at the end as at the start.
 *
 *     observation → curve/ (windows, history) → judge/ (features → scores → look) → verdict.ts, learning-rate.ts
 *                 → schedule/ (what the learning rate follows)                     → rules/ (what is worth a sentence)
 *     siblings/ compares runs at other learning rates; what they tell comes in as context
 *
 * What is said is in text/, in every language; why the thresholds are what they are is in DIAGNOSIS.md.
 */
export { FEATURE_NAMES, type FeatureName } from "./cause/features.ts";
export { type Forest, INNER_NODES, logOdds, NODES, probability, type Tree } from "./cause/trees.ts";
export { DiagnosisEngine } from "./engine.ts";
export type { Observation, RunConfig, RunContext } from "./observation.ts";
export type { GpuReading } from "./pace/hang-watch.ts";
export { areSiblings, compareSiblings, type SiblingCurve, type SiblingEvidence } from "./siblings/index.ts";
