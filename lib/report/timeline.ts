import { verdictStretches } from "#lib/core/index.ts";
import type { Localised, TimelineSegment, VerdictName } from "#lib/protocol/index.ts";
import { firstClause, localised } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";

/** A stretch of one verdict, oldest first. */
export type TimelineRow = {
  verdict: VerdictName;
  fromStep: number;
  /** Its end, or the last step read while `open`. */
  toStep: number;
  open: boolean;
  /** 0 … 1 of the steps judged. */
  share: number;
  /** What it was read from, where the engine still knows. */
  readFrom: Localised | null;
};

export function timelineRows(run: ReportRun): TimelineRow[] {
  const segments = verdictStretches(run.timeline);
  const first = segments[0]?.fromStep ?? 0;
  const last = Math.max(run.step ?? 0, segments.at(-1)?.fromStep ?? 0);
  const whole = last - first || 1;
  return segments.map(({ verdict, fromStep, toStep }) => {
    const end = toStep ?? last;
    return {
      verdict,
      fromStep,
      toStep: end,
      open: toStep === null,
      share: (end - fromStep) / whole,
      readFrom: reasonOf(run, { verdict, fromStep, toStep }),
    };
  });
}

type Stretch = Pick<TimelineSegment, "verdict" | "fromStep" | "toStep">;

/** The standing verdict has its reason; for an earlier one, what was said when it began. */
function reasonOf({ diagnosis }: ReportRun, { verdict, fromStep, toStep }: Stretch): Localised | null {
  const said =
    toStep === null
      ? diagnosis.verdict.reason
      : diagnosis.findings.findLast(({ rule, step }) => rule === verdict && step >= fromStep && step < toStep)?.text;
  if (said) return localised((_, language) => firstClause(said[language]));
  return verdict === "reading" ? localised((m) => m.means.reading) : null;
}
