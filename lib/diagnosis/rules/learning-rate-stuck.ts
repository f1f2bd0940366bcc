import { readHyperparameters } from "../review/config.ts";
import type { EngineState } from "../state.ts";
import { stuckWarmupText, zeroText } from "../text/schedule-findings.ts";
import { defineRule } from "./rule.ts";

/** Records at zero that are no end of a cycle: a cosine is below a thousandth of its peak for 2 % of its length. */
const ZERO_RECORDS = 16;
const ZERO_SHARE = 0.03;
/** A rate of zero from the first record on: a warm-up printed with few decimals begins with some. */
const ZERO_START = 200;
const ZERO_START_SHARE = 0.1;
const LAST_SHARE = 0.95;
const ZERO = 1e-3;
/** Beyond these the warm-up goes on for too long (DIAGNOSIS.md §3.3). */
const DECLARED_TIMES = 2;
const OF_THE_RUN = 0.2;

/** The learning rate is stuck: at zero well before the end (pushed), or in a warm-up that does not end (a note). */
export const learningRateStuck = defineRule<{ zero: boolean; warmup: boolean }>({
  name: "lr.zero_early",
  fresh: () => ({ zero: false, warmup: false }),
  observe({ reading, state }, memory) {
    const { schedule, context } = state;
    if (reading.rate === undefined) return null;
    if (schedule.zeros === 0) memory.zero = false;
    if (!memory.zero && isStuckAtZero(state, reading.step)) {
      memory.zero = true;
      const { maxSteps } = context;
      const text = zeroText(schedule.zeroFrom, maxSteps === null ? null : 1 - reading.step / maxSteps);
      return { severity: "caution", step: schedule.zeroFrom, alert: true, text, evidence: [] };
    }
    if (memory.warmup || !schedule.looked || !schedule.rising) return null;
    const planned = declaredWarmUp(state);
    const long =
      planned === null ? OF_THE_RUN * (context.maxSteps ?? Number.POSITIVE_INFINITY) : DECLARED_TIMES * planned;
    if (!(reading.step > long)) return null;
    memory.warmup = true;
    const text = stuckWarmupText(reading.step, planned);
    return { rule: "lr.stuck_warmup", severity: "note", step: reading.step, alert: false, text, evidence: [] };
  },
});

function isStuckAtZero({ schedule, knots, jumps, context }: EngineState, step: number): boolean {
  const { zeros, records } = schedule;
  const { maxSteps } = context;
  if (knots.peak === 0)
    return zeros >= ZERO_START || (maxSteps !== null && zeros >= ZERO_RECORDS && step > ZERO_START_SHARE * maxSteps);
  // Levels of a step decay may be that low on purpose; a curve that has come to its end is not.
  if (schedule.lastRate > 0 && !(schedule.model !== null && "end" in schedule.model.body)) return false;
  // A fall to zero in one record has been told.
  if ((jumps.changes.at(-1)?.to ?? knots.peak) <= ZERO * knots.peak) return false;
  if (maxSteps === null || step >= LAST_SHARE * maxSteps) return false;
  return zeros >= Math.max(ZERO_RECORDS, ZERO_SHARE * records);
}

function declaredWarmUp({ context }: EngineState): number | null {
  const { warmupSteps, warmupRatio } = readHyperparameters(context.config);
  if (warmupSteps !== null && warmupSteps >= 1) return warmupSteps;
  return warmupRatio !== null && warmupRatio > 0 && context.maxSteps !== null ? warmupRatio * context.maxSteps : null;
}
