import type { Facts, RunState } from "#lib/protocol/index.ts";

/** A run counts as lost when its agent has been silent this long. */
export const AGENT_LOST_MS = 30_000;

/** A run is quiet after ten of its usual intervals, but never sooner than this: a short pause is no news. */
const QUIET_FLOOR_MS = 20_000;
const QUIET_INTERVALS = 10;

export type StateInputs = {
  /** The log has been found on its host. */
  fileSeen: boolean;
  facts: Pick<Facts, "end" | "maxSteps"> | null;
  step: number | null;
  /** When data last arrived or the log last grew, epoch ms. */
  lastDataAt: number | null;
  msPerRecord: number | null;
  /** Since when the agent is gone, epoch ms; null while it is connected. */
  agentGoneSince: number | null;
  now: number;
};

/**
 * What the process is doing, from outside. *Finished* needs a reason (an end line, or step = planned steps); a log that
 * merely ends is *quiet*.
 */
export function runState(inputs: StateInputs): RunState {
  const { facts, step, now } = inputs;
  if (facts?.end) return facts.end.kind;
  if (facts?.maxSteps != null && step != null && step >= facts.maxSteps) return "finished";
  if (inputs.agentGoneSince !== null && now - inputs.agentGoneSince > AGENT_LOST_MS) return "lost";
  if (!inputs.fileSeen) return "waiting";
  return inputs.lastDataAt !== null && now - inputs.lastDataAt <= quietAfterMs(inputs.msPerRecord)
    ? "running"
    : "quiet";
}

/** Silence (ms) after which a run of this pace is quiet. */
export function quietAfterMs(msPerRecord: number | null): number {
  return Math.max(QUIET_FLOOR_MS, QUIET_INTERVALS * (msPerRecord ?? 0));
}

/** Milliseconds to the last planned step at the present pace, or null when either is unknown or there is nothing left. */
export function timeLeftMs(step: number | null, maxSteps: number | null, msPerStep: number | null): number | null {
  if (step === null || maxSteps === null || msPerStep === null || step >= maxSteps) return null;
  return (maxSteps - step) * msPerStep;
}
