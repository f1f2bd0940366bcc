import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { DiagnosisView, Finding } from "#lib/protocol/index.ts";
import { type Curve, observationsOf, type Variant } from "./curves.ts";
import { recordsUntil } from "./rows.ts";

/** What the engine said of a curve, record by record: at each share of the run, and what it would have pushed. */
export type JudgedCurve = {
  curve: Curve;
  /** At each of the shares that were asked for. */
  said: Said[];
  alerts: Finding[];
  findings: Finding[];
  /** Changes of the verdict after the first one that was no *reading*. */
  changes: number;
  points: number;
  end: DiagnosisView;
};

/** HIGH, OK, LOW; NOTHING for what claims nothing. */
export type Said = "HIGH" | "OK" | "LOW" | "NOTHING";

const BY_VERDICT: Record<DiagnosisView["verdict"]["name"], Said> = {
  oscillating: "HIGH",
  diverging: "HIGH",
  nan: "HIGH",
  too_slow: "LOW",
  plateau: "NOTHING",
  reading: "OK",
  healthy: "OK",
  spike: "OK",
  overfitting: "OK",
};
const BY_JUDGEMENT = { too_high: "HIGH", too_low: "LOW", fine: "OK" } as const;

/** What a view says of the rate: its judgement, and where there is none its verdict. */
export function saidOf({ lr, verdict }: DiagnosisView): Said {
  return lr.judgement === "unknown" ? BY_VERDICT[verdict.name] : BY_JUDGEMENT[lr.judgement];
}

export function judgeCurve(curve: Curve, shares: readonly number[], variant: Variant = {}): JudgedCurve {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: curve.maxSteps, stepSource: "printed" });
  const records = [...observationsOf(curve, variant)];
  const losses = records.flatMap((record, i) =>
    [...record.values].some(([name]) => name === "train/loss") ? [i] : [],
  );
  const findings: Finding[] = [];
  let read = 0;
  const readTo = (until: number): void => {
    findings.push(...engine.observe(records.slice(read, until)));
    read = Math.max(read, until);
  };
  const said = shares.map((share) => {
    const count = recordsUntil(curve, losses.length, share, variant.every ?? 1);
    readTo(count === losses.length ? records.length : losses[count]!);
    return saidOf(engine.view());
  });
  readTo(records.length);
  engine.setContext({ ended: true });
  const end = engine.view();
  return {
    curve,
    said,
    alerts: findings.filter(({ alert }) => alert),
    findings,
    changes: changesAfterFirst(end.timeline.map(({ verdict }) => verdict)),
    points: losses.length,
    end,
  };
}

function changesAfterFirst(verdicts: readonly string[]): number {
  const first = verdicts.findIndex((verdict) => verdict !== "reading");
  return first < 0 ? 0 : verdicts.slice(first + 1).filter((verdict, i) => verdict !== verdicts[first + i]).length;
}
