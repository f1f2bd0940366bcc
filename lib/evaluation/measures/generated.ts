import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import { METRIC } from "#lib/protocol/index.ts";
import { diagnoseKnownCause, faultsOf, knownCauses } from "../generated/known-causes.ts";
import { type SyntheticSchedule, syntheticJumps, syntheticSchedules } from "../generated/schedules.ts";
import { rounded } from "../scores.ts";

/** Self-made runs with known cause: by kind, how many were said as they are and with nothing besides. */
export type CauseScore = { right: number; of: number; share: number; wrong: string[]; byKind: Record<string, string> };

const SEEDS = [1, 2, 3] as const;

export function measureCauses(): CauseScore {
  const told = SEEDS.flatMap(knownCauses).map((cause) => ({
    cause,
    faults: faultsOf(cause, diagnoseKnownCause(cause)),
  }));
  const right = told.filter(({ faults }) => faults.length === 0).length;
  const byKind = [...Map.groupBy(told, ({ cause }) => cause.kind)].map(([kind, some]) => {
    return [kind, `${some.filter(({ faults }) => faults.length === 0).length} of ${some.length}`] as const;
  });
  return {
    right,
    of: told.length,
    share: rounded(right / told.length),
    wrong: told.flatMap(({ faults }) => faults),
    byKind: Object.fromEntries(byKind),
  };
}

export type ScheduleScore = {
  schedules: number;
  /** Kind and warm-up length right at the end and at 60 % of the run; what is constant so far may be called constant. */
  atEnd: number;
  at60: number;
  jumps: number;
  /** Jumps that a finding names at their exact record; and ordinary schedules with any pushed alert. */
  jumpsExact: number;
  ordinaryAlarmed: number;
};

/** Share of the run; a warm-up is measured no better than two records lie apart. */
const WARM_UP_TOLERANCE = 0.005;
const STILL_CONSTANT = new Set(["wsd", "step", "reduce-on-plateau"]);

export function measureSchedules(): ScheduleScore {
  const ordinary = syntheticSchedules(300, 101);
  const jumped = syntheticJumps(300, 102);
  const exact = jumped.filter((jump) => follow(jump, 1).findings.some(({ step }) => step === jump.jumpStep));
  return {
    schedules: ordinary.length,
    atEnd: rounded(ordinary.filter((schedule) => isRight(schedule, 1)).length / ordinary.length),
    at60: rounded(ordinary.filter((schedule) => isRight(schedule, 0.6)).length / ordinary.length),
    jumps: jumped.length,
    jumpsExact: rounded(exact.length / jumped.length),
    ordinaryAlarmed: ordinary.filter((schedule) => follow(schedule, 1).findings.some(({ alert }) => alert)).length,
  };
}

function follow({ points, total, totalKnown }: SyntheticSchedule, share: number) {
  const engine = DiagnosisEngine.fresh();
  if (totalKnown) engine.setContext({ maxSteps: total });
  const read = points.filter(({ step }) => step <= share * total);
  const findings = engine.observe(
    read.map(({ step, rate }) => ({ step, at: Number.NaN, attempt: 0, values: [[METRIC.learningRate, rate]] })),
  );
  return { findings, schedule: engine.view().schedule, last: read.at(-1)?.step ?? 0 };
}

function isRight(schedule: SyntheticSchedule, share: number): boolean {
  const { schedule: read } = follow(schedule, share);
  const kind = (read?.kind ?? "unknown").replace("warmup-", "");
  const made = schedule.kind.replace("warmup-", "");
  const isKind =
    kind === made ||
    (made === "reduce-on-plateau" && kind === "step") ||
    (share < 1 && (kind === "constant" || kind === "step") && STILL_CONSTANT.has(made)) ||
    (share < 1 && kind === "cosine" && made === "cosine-restarts");
  const off = Math.abs((read?.warmupSteps ?? 0) - schedule.warmupSteps);
  return isKind && off <= Math.max(1, WARM_UP_TOLERANCE * schedule.total, 2 * schedule.every);
}
