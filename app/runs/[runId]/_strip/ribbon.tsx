"use client";
import { useId, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { type StripScene, VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { formatDuration, formatStepRange, timeLeftMs, verdictStretches } from "#lib/core/index.ts";
import type { RunView, TimelineSegment } from "#lib/protocol/index.ts";
import { PatternEdge } from "../../../_components/pattern-edge.tsx";
import { VerdictIcon } from "../../../_components/verdict-icon.tsx";
import { stretch } from "./plot.ts";
import styles from "./ribbon.module.css";

type Props = { run: RunView; scene: StripScene; onZoom: (range: { from: number; to: number }) => void };

/** The segment that goes on grows with every point, as the now-line does, without React. */
const UNTIL_NOW = "calc(min(100%, var(--now))";

/** The verdicts along the run, on the strip's own axis. A segment is a button: it shows its stretch. */
export function Ribbon({ run, scene, onZoom }: Props) {
  const t = useTranslations();
  const language = useLocale();
  const reasonId = useId();
  const [told, setTold] = useState<number | null>(null);
  const { layout, now, toX, x } = scene;
  const end = run.step ?? 0;
  const future = stretch(scene, now, x.max);
  return (
    <fieldset
      className={styles.ribbon}
      aria-label={t("strip.ribbon")}
      style={{ top: layout.ribbon.top, left: layout.left, right: layout.right, height: layout.ribbon.height }}
    >
      {verdictStretches(run.timeline).map((segment) => {
        const { verdict, fromStep, toStep } = segment;
        const to = Math.max(toStep ?? end, fromStep);
        const place = stretch(scene, toX(fromStep) ?? Number.NaN, toStep === null ? now : (toX(to) ?? Number.NaN));
        if (!place) return null;
        return (
          <button
            key={fromStep}
            type="button"
            className={styles.segment}
            data-severity={VERDICT_SEVERITY[verdict]}
            style={{
              left: `${place.left}%`,
              width: toStep === null ? `${UNTIL_NOW} - ${place.left}%)` : `${place.width}%`,
            }}
            aria-label={t("strip.segment", {
              verdict: t(`verdict.word.${verdict}`),
              range: formatStepRange(fromStep, to),
            })}
            aria-describedby={told === fromStep ? reasonId : undefined}
            onFocus={() => setTold(fromStep)}
            onBlur={() => setTold(null)}
            onPointerEnter={() => setTold(fromStep)}
            onPointerLeave={() => setTold(null)}
            onClick={() => to > fromStep && onZoom({ from: fromStep, to })}
          >
            <span className={styles.label}>
              <VerdictIcon verdict={verdict} />
              <span>{t(`verdict.word.${verdict}`)}</span>
            </span>
            <PatternEdge verdict={verdict} />
          </button>
        );
      })}
      {told !== null && <Reason id={reasonId} text={reasonOf(run, told)?.[language] ?? null} />}
      {future && (
        <span className={styles.future} style={{ left: "max(0%, var(--now))", right: 0 }}>
          <TimeToGo run={run} />
        </span>
      )}
    </fieldset>
  );
}

/** Why the verdict was what it was: the reason of the one that stands, else what was said when it began. */
function reasonOf({ diagnosis, timeline }: RunView, fromStep: number): { en: string; "zh-CN": string } | null {
  const segment = verdictStretches(timeline).find((stretch) => stretch.fromStep === fromStep);
  if (!segment) return null;
  const { verdict, findings } = diagnosis;
  if (segment.toStep === null && verdict.name === segment.verdict) return verdict.reason;
  return (
    findings.findLast((finding) => finding.rule === segment.verdict && isWithin(finding.step, segment))?.text ?? null
  );
}

const isWithin = (step: number, { fromStep, toStep }: TimelineSegment): boolean =>
  step >= fromStep && step < (toStep ?? Number.POSITIVE_INFINITY);

function Reason({ id, text }: { id: string; text: string | null }) {
  return text ? (
    <span id={id} role="tooltip" className={styles.reason}>
      {text}
    </span>
  ) : null;
}

function TimeToGo({ run }: { run: RunView }) {
  const t = useTranslations("strip");
  const language = useLocale();
  const left = run.state === "running" ? timeLeftMs(run.step, run.maxSteps, run.msPerStep) : null;
  return left === null ? null : <span>{t("toGo", { age: formatDuration(left, language) })}</span>;
}
