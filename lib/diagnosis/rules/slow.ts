import { newSortedRing, pushSorted, quantileOfSorted, ringQuantile, type SortedRing } from "#lib/core/index.ts";
import type { Reading } from "../observation.ts";
import { PACE_LABEL, paceBackText, slowText } from "../text/pace.ts";
import { defineRule, type Said } from "./rule.ts";

type Memory = {
  attempt: number;
  /** What the pace is read from: tokens per second once they were logged, else the records' times. */
  unit: "tokens" | "ms";
  /** The last timed record; NaN before. */
  step: number;
  at: number;
  /** Time a token or a step took, ms: the last 20 records, oldest first; and 64 before them, from which slow stretches are
   * kept out. */
  recent: { cost: number; step: number; at: number }[];
  usual: SortedRing;
  slow: boolean;
};

const RECENT = 20;
const USUAL = 64;
const LEARNT = 32;
/** Slower than its own pace by this share in all but a tenth of the last 20 records, and slower than it varied before. */
const SLOWER = 0.3;
const ALMOST_ALL = 0.1;
/** Back when no more than this share is missing. */
const BACK = 0.15;
/** Shorter slow stretches are somebody else's short job. */
const LEAST_MS = 60_000;

const fresh = (): Memory => ({
  attempt: -1,
  unit: "ms",
  step: Number.NaN,
  at: Number.NaN,
  recent: [],
  usual: newSortedRing(USUAL),
  slow: false,
});

/** Training became slower than its own pace, learnt from this attempt, and stayed so; a note when it is back. */
export const slow = defineRule<Memory>({
  name: "pace.slow",
  fresh,
  observe({ reading }, memory) {
    if (reading.attempt > memory.attempt) Object.assign(memory, fresh(), { attempt: reading.attempt });
    const cost = costOf(reading, memory);
    if (cost === null) return null;
    const { recent, usual } = memory;
    recent.push({ cost, step: reading.step, at: reading.at });
    if (recent.length > RECENT) {
      const { cost: left } = recent.shift()!;
      if (!memory.slow) pushSorted(usual, left);
    }
    const before = ringQuantile(usual, 0.5);
    if (usual.size < LEARNT || !(before > 0)) return null;
    const limit = memory.slow ? before / (1 - BACK) : Math.max(before / (1 - SLOWER), ringQuantile(usual, 0.95));
    // Most records settle nothing: as long as too few of the last are on the other side, nothing else is worked out.
    const above = countAbove(recent, limit);
    if (memory.slow ? above > recent.length / 2 : above < (1 - ALMOST_ALL) * recent.length - 1) return null;
    const costs = Float64Array.from(recent, (entry) => entry.cost).sort();
    const now = quantileOfSorted(costs, 0.5);
    if (memory.slow) {
      if (now > limit) return null;
      memory.slow = false;
      return said(
        memory,
        sinceWhere(recent, (cost) => cost > limit),
        now,
        before,
      );
    }
    const lasted = reading.at - recent[0]!.at;
    if (quantileOfSorted(costs, ALMOST_ALL) <= limit || lasted < LEAST_MS) return null;
    memory.slow = true;
    return said(
      memory,
      sinceWhere(recent, (cost) => cost <= limit),
      now,
      before,
    );
  },
});

function countAbove(recent: Memory["recent"], limit: number): number {
  let above = 0;
  for (let i = 0; i < recent.length; i++) if (recent[i]!.cost > limit) above++;
  return above;
}

/** Where the new pace began: after the last record of the older half that still kept the old one. */
function sinceWhere(recent: Memory["recent"], isOld: (cost: number) => boolean): number {
  return recent[recent.slice(0, RECENT / 2).findLastIndex(({ cost }) => isOld(cost)) + 1]!.step;
}

/** Milliseconds for a token or a step; null where this record does not tell. */
function costOf({ tokensPerSecond, loss, step, at }: Reading, memory: Memory): number | null {
  if (tokensPerSecond !== undefined && tokensPerSecond > 0 && Number.isFinite(tokensPerSecond)) {
    if (memory.unit !== "tokens") Object.assign(memory, { unit: "tokens", recent: [], usual: newSortedRing(USUAL) });
    return 1000 / tokensPerSecond;
  }
  if (memory.unit === "tokens" || loss === undefined || !Number.isFinite(at)) return null;
  const [elapsed, steps] = [at - memory.at, step - memory.step];
  memory.step = step;
  memory.at = at;
  return elapsed >= 0 && steps > 0 ? elapsed / steps : null;
}

function said({ slow: begins, unit }: Memory, step: number, now: number, before: number): Said {
  const inUnit = (cost: number): number => (unit === "tokens" ? 1000 / cost : cost);
  const facts = { step, pace: inUnit(now), before: inUnit(before), unit };
  return {
    severity: begins ? "caution" : "note",
    step,
    alert: begins,
    text: begins ? slowText({ ...facts, slower: 1 - before / now }) : paceBackText(facts),
    evidence: [{ name: "pace", value: (100 * before) / now, unit: "%", label: PACE_LABEL.pace }],
  };
}
