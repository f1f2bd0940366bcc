import { compareSiblings, DiagnosisEngine, type Observation, type SiblingCurve } from "#lib/diagnosis/index.ts";
import { type Curve, observationsOf, sweep, trainingCurves, type Variant } from "../curves.ts";
import { type Said, saidOf } from "../judged-curve.ts";
import { type Judged, macroF1, rounded } from "../scores.ts";

/** At which shares of the plan runs of one ladder are compared: all of them have come as far, none further. */
const SHARES = [0.15, 0.3, 0.5, 0.75, 1] as const;

export type GroupScore = {
  runs: number;
  groups: number;
  /** Macro-F1 over too high, fine and too low at each share; and its mean over 50, 75 and 100 %. */
  f1: number[];
  f1Late: number;
  /** Share of the runs, at each share of the plan, for which the siblings settle it; the others are judged alone. */
  settled: number[];
  /** Share of what the siblings settle that is right; null where they settle nothing. */
  settledRight: (number | null)[];
};

/** The judgement of the rate where the ladders are known: what `diagnose --group` says of them. */
export function measureGroups(): Record<string, GroupScore> {
  const [a, b, ladders] = [sweep("a"), sweep("b"), trainingCurves().filter(({ group }) => group !== null)];
  return {
    a: groupScores(a),
    b: groupScores(b),
    "b-every-5th": groupScores(b, { every: 5, mean: true }),
    "b-rate-withheld": groupScores(b, { rate: false }),
    trainings: groupScores(ladders),
  };
}

/** Runs in the grey zones of the labels are compared with, but not scored. */
export function groupScores(curves: readonly Curve[], variant: Variant = {}): GroupScore {
  const groups = [...Map.groupBy(curves, ({ group }) => group).values()];
  const judged: (Judged & { settled: boolean })[][] = SHARES.map(() => []);
  for (const group of groups) {
    const seats = group.map((curve) => seatOf(curve, variant));
    for (const [i, share] of SHARES.entries()) {
      for (const seat of seats) readTo(seat, share);
      judged[i]!.push(...judgeTogether(seats));
    }
  }
  const f1 = judged.map((runs) => macroF1(runs));
  const settled = judged.map((runs) => runs.filter((run) => run.settled));
  return {
    runs: judged[0]!.length,
    groups: groups.length,
    f1: f1.map(rounded),
    f1Late: rounded((f1[2]! + f1[3]! + f1[4]!) / 3),
    settled: settled.map((runs, i) => rounded(runs.length / judged[i]!.length)),
    settledRight: settled.map(rightShare),
  };
}

function rightShare(runs: readonly Judged[]): number | null {
  if (runs.length === 0) return null;
  return rounded(runs.filter(({ truth, said }) => truth === said).length / runs.length);
}

type Seat = {
  curve: Curve;
  engine: DiagnosisEngine;
  records: Generator<Observation>;
  next: IteratorResult<Observation>;
};

function seatOf(curve: Curve, variant: Variant): Seat {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: curve.maxSteps, stepSource: "printed" });
  const records = observationsOf({ ...curve, evals: [] }, variant);
  return { curve, engine, records, next: records.next() };
}

function readTo(seat: Seat, share: number): void {
  const { curve, engine, records } = seat;
  const last = share * (curve.maxSteps ?? curve.step[curve.step.length - 1]!);
  while (!seat.next.done && (share === 1 || seat.next.value.step <= last)) {
    engine.observe([seat.next.value]);
    seat.next = records.next();
  }
  if (share === 1) engine.setContext({ ended: true });
}

function judgeTogether(seats: readonly Seat[]): (Judged & { settled: boolean })[] {
  const offered = seats.map(({ engine, curve }) => engine.siblingCurve(curve.id, curve.id));
  return seats.flatMap(({ curve, engine }, i) => {
    const own = offered[i]!;
    if (curve.truth === null || own === null) return [];
    const siblings = compareSiblings(
      own,
      offered.filter((other): other is SiblingCurve => other !== null && other !== own),
    );
    engine.setContext({ siblings });
    const said: Said = saidOf(engine.view());
    // The curve must be judged alone until then: what siblings said before is no measurement.
    engine.setContext({ siblings: null });
    return [{ truth: curve.truth, said, settled: siblings !== null && siblings.judgement !== "unknown" }];
  });
}
