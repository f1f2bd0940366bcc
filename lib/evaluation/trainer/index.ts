/**
 * Trains tiny real networks at ladders of learning rates, so that every curve comes with its cause (DIAGNOSIS.md §7.1): the
 * data that the judge of learning rates learns from and is tested on. Seeded to the bit, plain arrays, one core.
 *
 *     node lib/evaluation/trainer/generate.ts --out DIR
 */
export { families } from "./families/index.ts";
export type { Family } from "./family.ts";
export { label } from "./label.ts";
export { type Group, type SetName, type StoredRun, trainGroup } from "./ladder.ts";
