import { mean, median } from "#lib/core/index.ts";
import { bucketMean } from "../curve/history.ts";
import type { EngineState } from "../state.ts";
import { EVENT_LABEL, resumedText } from "../text/events.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** The last losses of the attempt, oldest first, at most 8, with their steps. */
  recent: { step: number; loss: number }[];
  /** A resume whose level after is still being read. */
  pending: { step: number; stoppedAt: number; before: number; tolerance: number; after: number[] } | null;
};

const READ = 8;
/** Levels further apart than this many standard errors, and twice what the loss fell over so many records, differ. */
const DIFFERENT = 4;

/** Training went on in a new attempt: where, and whether the loss came back to where it was (DIAGNOSIS.md §1.2, §8.1). */
export const resumed = defineRule<Memory>({
  name: "run.resumed",
  fresh: () => ({ attempt: -1, recent: [], pending: null }),
  observe({ reading, state }, memory) {
    const { loss, step, attempt } = reading;
    if (attempt > memory.attempt) {
      memory.pending = begin(memory, state, step);
      Object.assign(memory, { attempt, recent: [] });
    }
    if (loss === undefined || !Number.isFinite(loss)) return null;
    const entry = memory.recent.length < READ ? { step: 0, loss: 0 } : memory.recent.shift()!;
    entry.step = step;
    entry.loss = loss;
    memory.recent.push(entry);
    const { pending } = memory;
    if (pending === null) return null;
    pending.after.push(loss);
    if (pending.after.length < READ) return null;
    memory.pending = null;
    const { before, tolerance, stoppedAt } = pending;
    const after = median(pending.after);
    const change = after > before + tolerance ? "higher" : after < before - tolerance ? "lower" : "same";
    return {
      severity: "note",
      step: pending.step,
      alert: false,
      text: resumedText({ step: pending.step, stoppedAt, before, after, change }),
      evidence: [
        { name: "level", value: before, unit: "loss", label: EVENT_LABEL.level },
        { name: "level_after", value: after, unit: "loss", label: EVENT_LABEL.levelAfter },
      ],
    };
  },
});

/** What is known of the level at the step training went back to; null at the first attempt, or where nothing lies before. */
function begin({ recent }: Memory, { curve }: EngineState, step: number): Memory["pending"] {
  const stoppedAt = recent.at(-1)?.step;
  if (stoppedAt === undefined) return null;
  // The noise of a median of 8, from successive differences.
  const differences = recent.slice(1).map(({ loss }, i) => (loss - recent[i]!.loss) ** 2);
  const noise = recent.length < 3 ? Number.POSITIVE_INFINITY : 1.25 * Math.sqrt(mean(differences) / READ);
  const trend = Math.abs(recent.at(-1)!.loss - recent[0]!.loss);
  const tolerance = DIFFERENT * noise + 2 * trend;
  const near = recent.filter((entry) => entry.step <= step).map(({ loss }) => loss);
  const { history } = curve;
  const lastBucket = history.count === 0 ? Number.NaN : bucketMean(history, history.count - 1);
  const before = near.length >= 3 ? median(near) : lastBucket;
  return Number.isNaN(before) ? null : { step, stoppedAt, before, tolerance, after: [] };
}
