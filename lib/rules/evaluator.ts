import type { Span, UserRule } from "#lib/protocol/index.ts";
import { holds, newMemory, type RulePoint, type TestMemory } from "./tests.ts";

/**
 * One rule over one series, point by point: is it so, has it been so for long enough, has it passed. Everything known is in
 * a state of bounded size, so that it goes on after a restart as if there had been none. Times are the run's own; where a
 * point has none, no time is known to have passed: what has to last does not begin, and what has to wait does not.
 */
export type SeriesState = {
  attempt: number;
  memory: TestMemory;
  /** Where it began to be so, null while it is not; and the points that found it so since. */
  from: { step: number; at: number } | null;
  held: number;
  firing: boolean;
  /** While firing: since when it is no longer so (NaN while it is, or no time is known), and points that found that. */
  clearAt: number;
  clear: number;
  /** When it last ended, NaN before. */
  endedAt: number;
  /** The newest point. */
  last: { step: number; at: number };
};

/** It fires, or is over. `from` is where it began to be so; the value is that of the point that settled it. */
export type SeriesChange = {
  kind: "began" | "ended";
  from: { step: number; at: number };
  step: number;
  at: number;
  value: number | null;
};

type Tested = Pick<UserRule, "test" | "hold" | "keepFiring" | "cooldown">;

export function newSeriesState(rule: Tested): SeriesState {
  return {
    attempt: -1,
    memory: newMemory(rule.test),
    from: null,
    held: 0,
    firing: false,
    clearAt: Number.NaN,
    clear: 0,
    endedAt: Number.NaN,
    last: { step: Number.NaN, at: Number.NaN },
  };
}

/** Takes a point in. At most two changes: what the time before it brought, and what it brings itself. */
export function pushPoint(rule: Tested, state: SeriesState, point: RulePoint): SeriesChange[] {
  const changes = passTime(rule, state, point.at);
  if (point.attempt > state.attempt) {
    // What was measured before a restart is no past of what comes after it.
    Object.assign(state, { attempt: point.attempt, memory: newMemory(rule.test), held: 0 });
    if (!state.firing) state.from = null;
  }
  const so = holds(rule.test, state.memory, point);
  state.last = { step: point.step, at: Number.isFinite(point.at) ? point.at : state.last.at };
  const change = so === null ? null : so ? isSo(rule, state, point) : isNot(rule, state, point);
  if (change !== null) changes.push(change);
  return changes;
}

/** Time has come to `now` (epoch ms by the run's clock) without a point: only an absence minds. */
export function passTime(rule: Tested, state: SeriesState, now: number): SeriesChange[] {
  if (rule.test.kind !== "absence" || !(now > state.last.at)) return [];
  const { last } = state;
  const changes: SeriesChange[] = [];
  const missing = last.at + 1000 * rule.test.seconds;
  if (state.firing && state.clear > 0) {
    const over = state.clearAt + msOf(rule.keepFiring);
    if (now >= over && over < missing) changes.push(ends(state, { ...last, at: over, value: null }));
  }
  if (now < missing) return changes;
  state.clear = 0;
  state.from ??= { step: last.step, at: missing };
  if (state.firing) return changes;
  const begins = Math.max(missing + msOf(rule.hold), coolAt(rule, state, missing));
  if (now >= begins) changes.push(starts(state, { step: last.step, at: begins, value: null }));
  return changes;
}

function isSo(rule: Tested, state: SeriesState, point: RulePoint): SeriesChange | null {
  state.from ??= { step: point.step, at: point.at };
  state.held++;
  state.clear = 0;
  state.clearAt = Number.NaN;
  if (state.firing || !hasHeld(rule.hold, state.held, point.at - state.from.at)) return null;
  return point.at < coolAt(rule, state, Number.NEGATIVE_INFINITY) ? null : starts(state, point);
}

function isNot(rule: Tested, state: SeriesState, point: RulePoint): SeriesChange | null {
  if (!state.firing) {
    state.from = null;
    state.held = 0;
    return null;
  }
  if (state.clear++ === 0) state.clearAt = point.at;
  const { unit, amount } = rule.keepFiring;
  const stays = unit === "points" ? state.clear <= amount : point.at - state.clearAt < 1000 * amount;
  return stays ? null : ends(state, point);
}

function hasHeld({ unit, amount }: Span, points: number, ms: number): boolean {
  return amount === 0 || (unit === "points" ? points >= amount : ms >= 1000 * amount);
}

/** When it may fire again, epoch ms; `otherwise` where nothing keeps it from that. */
function coolAt({ cooldown }: Tested, { endedAt }: SeriesState, otherwise: number): number {
  return cooldown > 0 && Number.isFinite(endedAt) ? endedAt + 1000 * cooldown : otherwise;
}

/** Points cannot pass where none come. */
const msOf = ({ unit, amount }: Span): number => (unit === "seconds" ? 1000 * amount : 0);

type Settling = { step: number; at: number; value: number | null };

function starts(state: SeriesState, { step, at, value }: Settling): SeriesChange {
  Object.assign(state, { firing: true, clear: 0, clearAt: Number.NaN });
  return { kind: "began", from: state.from!, step, at, value };
}

function ends(state: SeriesState, { step, at, value }: Settling): SeriesChange {
  const from = state.from!;
  Object.assign(state, { firing: false, from: null, held: 0, clear: 0, clearAt: Number.NaN, endedAt: at });
  return { kind: "ended", from, step, at, value };
}
