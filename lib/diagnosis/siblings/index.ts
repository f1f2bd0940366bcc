/**
 * Runs of one task that differ in the learning rate judge each other (DIAGNOSIS.md §2.7): each offers its curve, the levels
 * at the same step tell which rate is best, and what is lost at the others.
 */
export { compareSiblings, type SiblingEvidence } from "./compare.ts";
export { type SiblingCurve, siblingCurve } from "./curve.ts";
export { siblingJudgement, siblingsFinding, siblingsView } from "./finding.ts";
export { areSiblings } from "./group.ts";
