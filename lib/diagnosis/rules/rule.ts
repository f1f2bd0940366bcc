import type { Plain } from "#lib/core/index.ts";
import type { Evidence, Localised, Severity } from "#lib/protocol/index.ts";
import type { NonfiniteChange } from "../nonfinite.ts";
import type { Reading } from "../observation.ts";
import type { RateEvent } from "../schedule/jump-watch.ts";
import type { EngineState } from "../state.ts";

/**
 * A rule watches the run go by, one observation at a time, and says when something is worth a sentence. It sees the state
 * after the observation was taken in, and what has just happened; whatever else it must remember it keeps in its memory.
 */
export type Moment = {
  reading: Reading;
  state: Readonly<EngineState>;
  /** A verdict has begun, or the one in force has become sure enough to be pushed. */
  verdict: "changed" | "sure" | null;
  nonfinite: NonfiniteChange;
  jump: RateEvent | null;
};

/** A finding without the step it was said at, which the engine knows. */
export type Said = {
  /** The rule's name unless it speaks for several ids. */
  rule?: string;
  severity: Severity;
  step: number;
  alert: boolean;
  text: Localised;
  evidence: Evidence[];
};

export type Rule<Memory extends Plain> = {
  name: string;
  /** The memory at the start of a run: plain data of bounded size. */
  fresh(): Memory;
  /** Looks at one observation; may change its memory in place. */
  observe(moment: Moment, memory: Memory): Said | null;
  /** The log has ended; what there is to say of that. */
  conclude?(state: Readonly<EngineState>): Said | null;
};

/** A rule whose memory is its own affair. */
export type AnyRule = Rule<Plain>;

/** Safe because a rule's memory comes from its own `fresh` or from a saved state that was checked against it. */
export function defineRule<Memory extends Plain>(rule: Rule<Memory>): AnyRule {
  return rule as unknown as AnyRule;
}
