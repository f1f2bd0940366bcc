"use client";
import { useLocale, useTranslations } from "use-intl";
import { type StripScene, VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { formatDuration, formatStepRange, timeLeftMs, verdictStretches } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { PatternEdge } from "../../../_components/pattern-edge.tsx";
import { VerdictIcon } from "../../../_components/verdict-icon.tsx";
import { stretch } from "./plot.ts";
import styles from "./ribbon.module.css";

type Props = { run: RunView; scene: StripScene; onZoom: (range: { from: number; to: number }) => void };

/** The verdicts along the run, on the strip's own axis. A segment is a button: it shows its stretch. */
export function Ribbon({ run, scene, onZoom }: Props) {
  const t = useTranslations();
  const { layout, now, toX, x } = scene;
  const end = run.step ?? 0;
  const future = stretch(scene, now, x.max);
  return (
    <fieldset
      className={styles.ribbon}
      aria-label={t("strip.ribbon")}
      style={{ top: layout.ribbon.top, left: layout.left, right: layout.right, height: layout.ribbon.height }}
    >
      {verdictStretches(run.timeline).map(({ verdict, fromStep, toStep }) => {
        const to = Math.max(toStep ?? end, fromStep);
        const place = stretch(scene, toX(fromStep) ?? Number.NaN, toStep === null ? now : (toX(to) ?? Number.NaN));
        if (!place) return null;
        return (
          <button
            key={fromStep}
            type="button"
            className={styles.segment}
            data-severity={VERDICT_SEVERITY[verdict]}
            style={{ left: `${place.left}%`, width: `${place.width}%` }}
            aria-label={t("strip.segment", {
              verdict: t(`verdict.word.${verdict}`),
              range: formatStepRange(fromStep, to),
            })}
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
      {future && (
        <span className={styles.future} style={{ left: `${future.left}%`, width: `${future.width}%` }}>
          <TimeToGo run={run} />
        </span>
      )}
    </fieldset>
  );
}

function TimeToGo({ run }: { run: RunView }) {
  const t = useTranslations("strip");
  const language = useLocale();
  const left = run.state === "running" ? timeLeftMs(run.step, run.maxSteps, run.msPerStep) : null;
  return left === null ? null : <span>{t("toGo", { age: formatDuration(left, language) })}</span>;
}
