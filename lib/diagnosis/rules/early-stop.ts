import { type Evidence, METRIC } from "#lib/protocol/index.ts";
import { earlyStoppingView } from "../early-stopping/early-stopping.ts";
import { evalNoise } from "../early-stopping/evals.ts";
import { isSmallGain } from "../early-stopping/expected-gain.ts";
import { overfits, trainRecentZ } from "../early-stopping/overfitting.ts";
import { identifySchedule } from "../schedule/identify.ts";
import type { EngineState } from "../state.ts";
import { bestLabel, earlyStopText, waitText } from "../text/early-stopping.ts";
import { LABEL } from "../text/labels.ts";
import { defineRule } from "./rule.ts";

/** A learning rate below this share of its peak has little left to anneal. */
const ANNEALED = 0.1;
/** A learning rate within this share of its peak has not begun to decay, as far as a log can tell without its plan. */
const CONSTANT = 0.99;

/**
 * Patience with the evaluation is exhausted (DIAGNOSIS.md §4.3). Where the learning rate has yet to come down, that usually
 * brings more: a note says so (`early_stop.wait`). Else, where nothing more is to be expected, stopping is recommended; and
 * where the run overfits, in any case. Each is said once until the evaluation improves.
 */
export const earlyStop = defineRule<{ said: "wait" | "stop" | null }>({
  name: "early_stop.recommend",
  fresh: () => ({ said: null }),
  observe({ reading, state }, memory) {
    if (reading.evalLoss === undefined && reading.monitored === undefined) return null;
    if (state.evals.stopper.fires === null) memory.said = null;
    const isAtEnd = state.context.maxSteps !== null && reading.step >= state.context.maxSteps;
    if (state.evals.stopper.fires === null || memory.said === "stop" || isAtEnd) return null;
    const schedule = identifySchedule(state.knots, state.jumps.changes, state.context.maxSteps);
    const view = earlyStoppingView(state, schedule);
    if (view === null) return null;
    const { best, metric, evalsSinceBest: checks, expectedGain } = view;
    const finding = { severity: "note", step: best.step, evidence: evidence(metric, best.value, checks) } as const;
    const isOverfit = overfits(state.evals, trainRecentZ(state.curve)) !== null;
    const ahead = decayAhead(state, schedule?.final ?? 0);
    if (!isOverfit && ahead !== 0) {
      // Where no rate is known, nobody can say what it has yet to bring.
      if (memory.said === "wait" || ahead === null) return null;
      memory.said = "wait";
      return { rule: "early_stop.wait", alert: false, text: waitText({ metric, checks, best, ahead }), ...finding };
    }
    if (!isOverfit && !isSmallGain(expectedGain, evalNoise(state.evals))) return null;
    memory.said = "stop";
    // Shown, not pushed: of pauses at a rate that has not moved, two in three were no end on sweeps A and B, for the decay was
    // still to come; and a run that overfits is pushed as such, with the same advice.
    return { alert: false, text: earlyStopText({ metric, checks, best }), ...finding };
  },
});

/** Share of the rate's way down that is yet to come; 0 where it is down or has not moved, null where no rate is known. */
function decayAhead({ curve }: EngineState, final: number): number | null {
  const share = curve.rate / curve.peakRate;
  if (Number.isNaN(share)) return null;
  if (share < ANNEALED || share > CONSTANT) return 0;
  return Math.max(0, (curve.rate - final) / (curve.peakRate - final));
}

const evidence = (metric: string, best: number, checks: number): Evidence[] => [
  metric === METRIC.evalLoss
    ? { name: "best", value: best, unit: "loss", label: LABEL.bestEval }
    : { name: "best", value: best, unit: "", label: bestLabel(metric) },
  { name: "evals_since_best", value: checks, unit: "", label: LABEL.evalsSinceBest },
];
