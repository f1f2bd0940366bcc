import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { DiagnosisView, Finding } from "#lib/protocol/index.ts";
import { observationsOf, type Training, trainingCurve, trainings } from "../curves.ts";

/** Facts of real Trainer runs that are known to the record: how many were said right, of how many. */
export type FactScore = Record<string, { right: number; of: number; wrong: string[] }>;

type Told = { training: Training; findings: Finding[]; alerts: Finding[]; view: DiagnosisView };

export function measureFacts(): FactScore {
  const told = trainings().map(tell);
  const score = (some: readonly Told[], isRight: (told: Told) => boolean): FactScore[string] => {
    const wrong = some.filter((one) => !isRight(one));
    return { right: some.length - wrong.length, of: some.length, wrong: wrong.map(({ training }) => training.id) };
  };
  const named = (prefix: string): Told[] => told.filter(({ training }) => training.id.startsWith(prefix));
  const scheduled = told.filter(({ training }) => training.schedule !== undefined);
  return {
    nanAtItsRecord: score(named("nan-"), ({ training, findings }) => {
      const first = findings.find(({ rule }) => rule === "nan");
      return first?.step === training.events!.nanStep && first?.saidAtStep === training.events!.nanStep;
    }),
    // The trainer logs at step s what it will use next: a jump shows one record later.
    rateJumpAtItsRecord: score(named("lr-jump-"), ({ training, alerts }) =>
      alerts.some(({ rule, step }) => rule === "lr.jump_unexpected" && step === training.events!.lrJumpStep! + 1),
    ),
    badBatchFound: score(named("bad-batch-"), ({ training, findings }) => {
      const { spikeStep, width } = training.events!;
      return findings.some(
        ({ rule, step }) => rule === "loss.spike" && step >= spikeStep! && step <= spikeStep! + width!,
      );
    }),
    overfittingSaid: score(named("overfit-"), ({ view, alerts }) => {
      return view.verdict.name === "overfitting" && alerts.length > 0;
    }),
    goodHealthy: score(named("good-"), ({ view, alerts }) => view.verdict.name === "healthy" && alerts.length === 0),
    scheduleKind: score(scheduled, ({ training, view }) => {
      const { kind: named, warmupSteps } = training.schedule!;
      const kind = named === "warmup_stable_decay" ? "wsd" : named;
      return view.schedule?.kind === (warmupSteps > 0 ? `warmup-${kind}` : kind);
    }),
    scheduleWarmUp: score(scheduled, ({ training, view }) => {
      return Math.abs((view.schedule?.warmupSteps ?? -9) - training.schedule!.warmupSteps) <= 1;
    }),
    scheduleTotal: score(
      scheduled.filter(({ training }) => training.schedule!.kind !== "constant"),
      ({ training, view }) => view.schedule?.totalSteps === training.schedule!.total,
    ),
  };
}

function tell(training: Training): Told {
  const curve = trainingCurve(training);
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: curve.maxSteps, stepSource: "printed" });
  const findings = engine.observe(observationsOf(curve));
  return { training, findings, alerts: findings.filter(({ alert }) => alert), view: engine.view() };
}
