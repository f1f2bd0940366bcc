import { earlyStoppingView, evalRises } from "../early-stopping.ts";
import { earlyStopText } from "../text/early-stopping.ts";
import { LABEL } from "../text/labels.ts";
import { defineRule } from "./rule.ts";

/** A learning rate below this share of its peak has little left to anneal. */
const ANNEALED = 0.1;
/** A learning rate within this share of its peak has not begun to decay: nothing is to be waited for. */
const CONSTANT = 0.99;

/**
 * Patience with the evaluation is exhausted, and it does not merely wait for the learning rate to come down: that usually
 * brings more (DIAGNOSIS.md §4.3). An evaluation that rises is not waited for in any case. Said once until it improves.
 */
export const earlyStop = defineRule<{ told: boolean }>({
  name: "early_stop.recommend",
  fresh: () => ({ told: false }),
  observe({ reading, state }, memory) {
    if (reading.evalLoss === undefined) return null;
    const { evals, curve, context } = state;
    const view = earlyStoppingView(evals, context.maxSteps);
    if (view === null || !view.wouldStop) {
      memory.told = false;
      return null;
    }
    const share = curve.rate / curve.peakRate;
    const waits = !(share < ANNEALED || share > CONSTANT) && !evalRises(evals);
    if (memory.told || waits) return null;
    memory.told = true;
    return {
      severity: "note",
      step: view.best.step,
      alert: true,
      text: earlyStopText(view.evalsSinceBest, view.best),
      evidence: [
        { name: "best", value: view.best.value, unit: "loss", label: LABEL.bestEval },
        { name: "evals_since_best", value: view.evalsSinceBest, unit: "", label: LABEL.evalsSinceBest },
      ],
    };
  },
});
