import type { RunView, Schedule } from "#lib/protocol/index.ts";

/** The rate that the identified schedule gives at a step, between its knots in a straight line; null outside them. */
export function plannedRate({ curve }: Schedule, step: number): number | null {
  const { step: steps, value } = curve;
  const last = steps.length - 1;
  if (last < 0 || step < steps[0]! || step > steps[last]!) return null;
  const after = steps.findIndex((knot) => knot >= step);
  if (after <= 0) return value[0]!;
  const [x0, x1, y0, y1] = [steps[after - 1]!, steps[after]!, value[after - 1]!, value[after]!];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

export type Milestone = { kind: "decayStarts" | "decayEnds" | "ends"; step: number };

/** What is still to come, in order. Nothing is to come for a run that is over. */
export function milestones({ state, step, maxSteps, diagnosis: { schedule } }: RunView): Milestone[] {
  if (state === "finished" || state === "failed" || step === null) return [];
  const coming: Milestone[] = [];
  for (const { name, fromStep, toStep } of schedule?.phases ?? []) {
    if (name === "decay") {
      coming.push({ kind: "decayStarts", step: fromStep });
      if (toStep !== maxSteps) coming.push({ kind: "decayEnds", step: toStep });
    }
  }
  if (maxSteps !== null) coming.push({ kind: "ends", step: maxSteps });
  return coming.filter((one) => one.step > step).sort((a, b) => a.step - b.step);
}
