import { z } from "zod";
import type { Reading } from "./reading.ts";

/** Several ranks print the same record: the first one wins. Records of no rank are never dropped. */
export const ranksSchema = z.array(z.tuple([z.number(), z.int(), z.int()]));
/** Step, digest of the names, and rank of the newest records that had a rank. */
export type Ranks = z.infer<typeof ranksSchema>;

const REMEMBERED = 16;

/** True when another rank has already given this step and these names; otherwise takes note of the reading. */
export function isRepeatOfOtherRank(ranks: Ranks, reading: Reading): boolean {
  const { step, rank } = reading;
  if (step === null || rank === null) return false;
  const digest = digestNames(reading.names);
  const first = ranks.find((entry) => entry[0] === step && entry[1] === digest);
  if (first && first[2] !== rank) return true;
  if (!first) ranks.push([step, digest, rank]);
  if (ranks.length > REMEMBERED) ranks.shift();
  return false;
}

/** FNV-1a over the names, whatever their order. */
export function digestNames(names: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const char of [...names].sort().join("\n")) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}
