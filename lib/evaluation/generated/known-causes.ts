import type { Observation, RunContext } from "#lib/diagnosis/index.ts";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { Finding } from "#lib/protocol/index.ts";
import { type Expected, MAKERS } from "./known-causes/makers.ts";
import { shapeOf, type Ticks } from "./known-causes/shape.ts";

/**
 * Runs made here, whose trouble is known because it was put in: what must be said of each, and what must not. Each kind in
 * twelve variants of length, noise, cadence and digits. The same for the same seed.
 */
export type KnownCause = {
  name: string;
  kind: CauseKind;
  observations: Observation[];
  context: Partial<RunContext>;
  /** Looks at the run between its records, by time; only where the cause is seen there. */
  ticks: Ticks;
  /** Findings that must come, each once. */
  expect: Expected[];
  /** Rules that must not speak; with a `!` behind, must not alert; `!` alone: no alert at all. */
  forbid: string[];
};

export type CauseKind = keyof typeof MAKERS;

const VARIANTS = 12;

export function knownCauses(seed: number): KnownCause[] {
  return (Object.keys(MAKERS) as CauseKind[]).flatMap((kind, k) =>
    Array.from({ length: VARIANTS }, (_, i) => {
      const shape = shapeOf(seed * 7919 + k * 131 + i, i);
      const run = { context: {}, ticks: [], expect: [], ...MAKERS[kind](shape) };
      return { name: `${kind}-${i}`, kind, ...run };
    }),
  );
}

/** What the diagnosis says of such a run, ticks in their places. */
export function diagnoseKnownCause({ observations, context, ticks }: KnownCause): Finding[] {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: null, stepSource: "printed", ...context });
  const findings: Finding[] = [];
  let read = 0;
  for (const { now, gpus } of ticks) {
    const until = observations.findIndex(({ at }) => at > now);
    const to = until < 0 ? observations.length : until;
    findings.push(...engine.observe(observations.slice(read, to)), ...engine.tick(now, gpus));
    read = Math.max(read, to);
  }
  return [...findings, ...engine.observe(observations.slice(read))];
}

/** What was to be said and was not, and what was said and must not be; empty when all is well. */
export function faultsOf(cause: KnownCause, findings: readonly Finding[]): string[] {
  const missing = cause.expect.filter(
    ({ rule, step, alert }) =>
      findings.filter((said) => said.rule === rule && said.step === step && said.alert === alert).length !== 1,
  );
  const forbidden = findings.filter(({ rule, alert }) =>
    cause.forbid.some((word) => word === rule || (alert && (word === `${rule}!` || word === "!"))),
  );
  return [
    ...missing.map(({ rule, step }) => `${cause.name}: ${rule} not said once of step ${step}`),
    ...forbidden.map(({ rule, saidAtStep }) => `${cause.name}: ${rule} said at step ${saidAtStep}`),
  ];
}
