/**
 * What is worth an alert beside what the diagnosis finds: rules that people made (`run-rules.ts`, over `evaluator.ts` and
 * `tests.ts`), those about machines that come with Curvewatch (`gpu-rules.ts`, `disk-rule.ts`), what a crash was
 * (`end-cause.ts`), and the list of all that can be said (`catalogue.ts`).
 *
 * Promises: pure; a point costs O(log n) of a window of bounded size, whatever the length of the run. Everything a rule
 * knows is in a state that is saved as text, and it goes on from there with the same result: the same points give the same
 * alerts however they are cut.
 */
export { type BuiltInRule, builtInRule, CATALOGUE } from "./catalogue.ts";
export { type DiskRoom, judgeDisk } from "./disk-rule.ts";
export { endCause, failureWords } from "./end-cause.ts";
export { newSeriesState, passTime, pushPoint, type SeriesChange } from "./evaluator.ts";
export { matchesGlob } from "./glob.ts";
export { type GpuState, type GpuWatch, lookAtGpus, newGpuWatch } from "./gpu-rules.ts";
export { type RuleObservation, RunRules } from "./run-rules.ts";
export { isInScope } from "./scope.ts";
export { isSwitchedOff, isSwitchedOn } from "./switches.ts";
export { testText } from "./words.ts";
