import type { DiagnosisView, LrJudgement } from "#lib/protocol/index.ts";
import type { Said } from "../rules/rule.ts";
import { SIBLING_LABEL, siblingsText } from "../text/siblings.ts";
import type { SiblingEvidence, SiblingPoint } from "./compare.ts";

/** What the siblings say of the rate; null where there are none, or they leave it open. */
export function siblingJudgement(siblings: SiblingEvidence | null): Exclude<LrJudgement, "unknown"> | null {
  return siblings === null || siblings.judgement === "unknown" ? null : siblings.judgement;
}

/** `lr.siblings`: the siblings have settled whether the rate is right. A note: nothing has happened to the run. */
export function siblingsFinding(siblings: SiblingEvidence): (Said & { rule: string }) | null {
  const judgement = siblingJudgement(siblings);
  if (judgement === null) return null;
  const { rank, of, level, regret, best, atStep, curve } = siblings;
  return {
    rule: "lr.siblings",
    severity: "note",
    step: atStep,
    alert: false,
    text: siblingsText({ judgement, rank, of, level, best, failedFrom: failedFrom(curve) }),
    evidence: [
      ...(regret === null ? [] : [{ name: "regret", value: 100 * regret, unit: "%", label: SIBLING_LABEL.regret }]),
      { name: "bestRate", value: best.rate, unit: "", label: SIBLING_LABEL.bestRate },
    ],
  };
}

export function siblingsView(siblings: SiblingEvidence | null): DiagnosisView["siblings"] {
  if (siblings === null) return null;
  const { rank, of, atStep, regret, best, curve } = siblings;
  return {
    rank,
    of,
    atStep,
    regret,
    best: { id: best.id, name: best.name, rate: best.rate },
    curve: curve.map(({ id, rate, level, regret: lost, name, verdict }) => ({
      id,
      rate,
      level,
      regret: lost,
      name,
      verdict,
    })),
  };
}

/** The rate from which on everything has failed; null when the highest one has not. */
function failedFrom(curve: readonly SiblingPoint[]): number | null {
  const lastAlive = curve.findLastIndex(({ level }) => level !== null);
  return curve[lastAlive + 1]?.rate ?? null;
}
