import { type Body, rateAt, type ScheduleModel } from "../schedule/shapes.ts";
import { nonzeroEndText, overrunText, phaseText } from "../text/schedule-findings.ts";
import { defineRule, type Said } from "./rule.ts";

/** A phase is told once this much of the decay, or a twentieth of the run so far, has shown it. */
const SEEN_DECAY = 0.05;
const SEEN_SHARE = 0.05;
/** Steps beyond the end, as a share of the schedule, that are an overrun (DIAGNOSIS.md §3.3). */
const OVERRUN = 0.05;
/** The rate at the end, as a share of the peak, that is not the end of a decay. */
const NONZERO_END = 0.5;

type Memory = { warmup: boolean; decay: boolean; floor: boolean; overrun: boolean };

/** Where the schedule has come to: notes, each once a run, from the readings made on the way. Its end is pushed. */
export const learningRatePhase = defineRule<Memory>({
  name: "lr.phase",
  fresh: () => ({ warmup: false, decay: false, floor: false, overrun: false }),
  observe({ reading, state }, memory) {
    const { model, looked } = state.schedule;
    if (model === null || state.jumps.changes.length > 0) return null;
    const { step } = reading;
    if (!looked) return null;
    const phase = reached(model, step, memory);
    if (phase !== null) {
      memory[phase.name] = true;
      return note("lr.phase", phase.step, phaseText(phase.name, phase.step, rateAt(model, phase.step)));
    }
    return memory.overrun ? null : overrun(model, step, state.context.maxSteps, memory);
  },
  conclude({ schedule, jumps, lastStep }) {
    return schedule.model === null || jumps.changes.length > 0 ? null : nonzeroEnd(schedule.model, lastStep);
  },
});

/** The first phase that has been reached and not told. */
function reached({ warmUp, start, body }: ScheduleModel, step: number, told: Memory) {
  if (warmUp !== null && !told.warmup && step > start * (1 + SEEN_SHARE))
    return { name: "warmup" as const, step: start };
  const ends = endOf(body);
  if (ends === null) return null;
  const begun = ends.held && step > ends.start + SEEN_DECAY * (ends.end - ends.start);
  if (begun && !told.decay) return { name: "decay" as const, step: ends.start };
  if (step > ends.end * (1 + SEEN_SHARE / 4) && !told.floor) return { name: "floor" as const, step: ends.end };
  return null;
}

function overrun(model: ScheduleModel, step: number, maxSteps: number | null, memory: Memory): Said | null {
  const ends = endOf(model.body);
  if (ends === null || step <= ends.end + OVERRUN * ends.end) return null;
  // With a plan that goes on, the rate was meant to be held at its floor, or `lr.zero_early` tells.
  if (maxSteps !== null && step <= maxSteps) return null;
  memory.overrun = true;
  return { ...note("lr.overrun", ends.end, overrunText(ends.end, rateAt(model, step))), alert: true };
}

function nonzeroEnd(model: ScheduleModel, step: number): Said | null {
  const ends = endOf(model.body);
  const rate = rateAt(model, step);
  if (ends === null || step < ends.start || rate <= NONZERO_END * model.peak) return null;
  return note("lr.nonzero_end", step, nonzeroEndText(rate, model.peak, ends.end));
}

function endOf(body: Body): { start: number; end: number; held: boolean } | null {
  return "end" in body ? body : null;
}

function note(rule: string, step: number, text: Said["text"]): Said {
  return { rule, severity: "note", step: Math.round(step), alert: false, text, evidence: [] };
}
