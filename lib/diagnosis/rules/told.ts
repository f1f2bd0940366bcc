import { DiagnosisEngine } from "../engine.ts";
import type { Observation, RunContext } from "../observation.ts";

/**
 * For tests: the findings of a run whose rule's name begins with one of `names`, a line each: rule, severity with `!` for an
 * alert, the step it began at and the step it was said at.
 */
export function told(
  names: readonly string[],
  observations: Observation[],
  context: Partial<RunContext> = {},
): string[] {
  const engine = DiagnosisEngine.fresh();
  engine.setContext(context);
  return engine
    .observe(observations)
    .filter(({ rule }) => names.some((name) => rule.startsWith(name)))
    .map((said) => `${said.rule} ${said.severity}${said.alert ? "!" : ""} ${said.step}@${said.saidAtStep}`);
}
