import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { Finding, VerdictName } from "#lib/protocol/index.ts";
import { type CorpusCurve, corpusCurves } from "../corpus.ts";
import { macroF1, rounded } from "../scores.ts";

/** Verdicts against what people said of real curves by their look. */
export type LookScore = {
  curves: number;
  /** Any label of a curve counts as right; under 20 points so does *reading*. */
  right: number;
  /** Over classes with at least three curves, by the primary label: all curves of 20 points or more, and those of 200. */
  f1: number;
  f1Long: number;
  longRight: number;
  longCurves: number;
  /** Healthy curves called diverging or nan, and healthy ones with any pushed alert. */
  healthyCalledLost: number;
  healthyAlarmed: number;
  healthy: number;
  /** NaN curves found at their first bad record. */
  nanExact: number;
  nan: number;
  /** Median share of the curve read when its label was first said. */
  delay: number;
  confusion: Record<string, Record<string, number>>;
  byRepository: Record<string, string>;
  wrong: string[];
};

const LONG = 200;
const SHORT = 20;

type JudgedLook = {
  curve: CorpusCurve;
  said: VerdictName;
  alerts: Finding[];
  firstSaid: number | null;
  nanAt: number | null;
};

export function measureLooks(): LookScore {
  const judged = corpusCurves().map(judgeLook);
  const right = judged.filter(isRight);
  const f1Of = (some: readonly JudgedLook[]): number => {
    const size = new Map<string, number>();
    for (const { curve } of some) size.set(curve.label[0]!, (size.get(curve.label[0]!) ?? 0) + 1);
    const rows = some.filter(({ curve }) => size.get(curve.label[0]!)! >= 3);
    // What any label allows is taken for the primary one.
    return rounded(
      macroF1(rows.map((j) => ({ truth: j.curve.label[0]!, said: isRight(j) ? j.curve.label[0]! : j.said }))),
    );
  };
  const long = judged.filter(({ curve }) => curve.points >= LONG);
  const healthy = judged.filter(({ curve }) => curve.label[0] === "healthy");
  const withNan = judged.filter(({ curve }) => firstBad(curve) !== null && curve.label.includes("nan"));
  const delays = right.flatMap(({ firstSaid }) => (firstSaid === null ? [] : [firstSaid])).sort((x, y) => x - y);
  const confusion: LookScore["confusion"] = {};
  for (const { curve, said } of judged) {
    const row = confusion[curve.label[0]!] ?? {};
    confusion[curve.label[0]!] = { ...row, [said]: (row[said] ?? 0) + 1 };
  }
  const byRepository = Object.fromEntries(
    [...Map.groupBy(judged, ({ curve }) => curve.repo)].map(([repo, some]) => [
      repo,
      `${some.filter(isRight).length} of ${some.length}`,
    ]),
  );
  return {
    curves: judged.length,
    right: right.length,
    f1: f1Of(judged.filter(({ curve }) => curve.points >= SHORT)),
    f1Long: f1Of(long),
    longRight: long.filter(isRight).length,
    longCurves: long.length,
    healthyCalledLost: healthy.filter(({ said }) => said === "diverging" || said === "nan").length,
    healthyAlarmed: healthy.filter(({ alerts }) => alerts.length > 0).length,
    healthy: healthy.length,
    nanExact: withNan.filter(({ curve, nanAt }) => nanAt === firstBad(curve)).length,
    nan: withNan.length,
    delay: rounded(delays[delays.length >> 1] ?? Number.NaN),
    confusion,
    byRepository,
    wrong: judged
      .filter((j) => !isRight(j) || (j.curve.label[0] === "healthy" && j.alerts.length > 0))
      .map(({ curve, said, alerts }) => {
        const pushed = [...new Set(alerts.map(({ rule }) => rule))].join(" ");
        return `${curve.id} (${curve.points}, ${curve.confidence}): ${curve.label.join(", ")} → ${said}${pushed && ` [${pushed}]`}`;
      }),
  };
}

function isRight({ curve, said }: JudgedLook): boolean {
  if (said === "reading") return curve.points < SHORT || curve.label.includes("insufficient_data");
  return curve.label.includes(said);
}

function judgeLook(curve: CorpusCurve): JudgedLook {
  const engine = DiagnosisEngine.fresh();
  const alerts: Finding[] = [];
  let firstSaid: number | null = null;
  let nanAt: number | null = null;
  curve.observations.forEach((record, i) => {
    const findings = engine.observe([record]);
    alerts.push(...findings.filter(({ alert }) => alert));
    const said = findings.find(({ rule }) => curve.label.includes(rule));
    if (said && firstSaid === null) firstSaid = i / curve.observations.length;
    if (nanAt === null && findings.some(({ rule }) => rule === "nan")) nanAt = i;
  });
  engine.setContext({ ended: true });
  return { curve, said: engine.view().verdict.name, alerts, firstSaid, nanAt };
}

/** The record at which the loss first was no number. */
function firstBad({ observations }: CorpusCurve): number | null {
  const at = observations.findIndex(({ values }) => {
    const told = new Map(values);
    const loss = told.get("train/loss");
    return loss !== undefined && (!Number.isFinite(loss) || (loss === 0 && Number.isNaN(told.get("grad_norm") ?? 0)));
  });
  return at < 0 ? null : at;
}
