import { expect } from "vitest";
import type { Finding } from "#lib/protocol/index.ts";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation } from "./observation.ts";

/**
 * Expects the same findings, view and state of a run however it is handed over.
 *
 * @param cuts stretches of so many observations, and whether the state is saved and restored after each
 */
export function expectSameHoweverSplit(
  run: readonly Observation[],
  cuts: readonly (readonly [number, boolean])[],
): void {
  const whole = DiagnosisEngine.fresh();
  const expected = whole.observe(run);
  let engine = DiagnosisEngine.fresh();
  const findings: Finding[] = [];
  let from = 0;
  for (const [size, saved] of [...cuts, [run.length, false] as const]) {
    findings.push(...engine.observe(run.slice(from, from + size)));
    from += size;
    engine.view(); // looking changes nothing
    if (saved) engine = DiagnosisEngine.restore(engine.save());
  }
  expect(findings).toEqual(expected);
  expect(engine.view()).toEqual(whole.view());
  expect(engine.save()).toBe(whole.save());
}
