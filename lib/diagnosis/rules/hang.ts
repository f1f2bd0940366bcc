import type { Hang } from "../pace/hang-watch.ts";
import { hangOverText, idleText, PACE_LABEL, stuckText } from "../text/pace.ts";
import { defineRule, type Said } from "./rule.ts";

/** No record came any more: what a tick found, for no record is there to find it at. */
export function hangBegins(hang: Hang, lastStep: number): Said {
  const { kind, silentMs, pauseMs, utilization, powerShare } = hang;
  return {
    rule: "run.hang",
    severity: "critical",
    step: lastStep,
    alert: true,
    text: kind === "stuck" ? stuckText(silentMs, utilization, powerShare) : idleText(silentMs, pauseMs),
    evidence: [
      { name: "silent", value: Math.round(silentMs / 1000), unit: "s", label: PACE_LABEL.silent },
      { name: "longest_pause", value: Math.round(pauseMs / 1000), unit: "s", label: PACE_LABEL.longestPause },
      { name: "utilization.gpu", value: utilization, unit: "%", label: PACE_LABEL.utilization },
      ...(powerShare === null ? [] : [{ name: "power", value: 100 * powerShare, unit: "%", label: PACE_LABEL.power }]),
    ],
  };
}

/** Records come again after a hang that was told. */
export const hang = defineRule<{ toldAt: number }>({
  name: "run.hang",
  fresh: () => ({ toldAt: Number.NaN }),
  observe({ reading, state }, memory) {
    const { ended } = state.hang;
    if (ended === null || ended.at === memory.toldAt) return null;
    memory.toldAt = ended.at;
    return { severity: "note", step: reading.step, alert: false, text: hangOverText(ended.ms), evidence: [] };
  },
});
