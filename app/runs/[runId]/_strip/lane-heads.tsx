"use client";
import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { StripControls, StripScene } from "#lib/charts/index.ts";
import { formatAxisStep, formatMetric, formatStep } from "#lib/core/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { Numbers } from "../../../_components/numbers.tsx";
import styles from "./lane-heads.module.css";

type Props = { run: RunView; scene: StripScene; controls: StripControls; compact: boolean };

/** The heading over each lane: what it is, what its lines mean, and the newest figures. */
export function LaneHeads({ run, scene, controls, compact }: Props) {
  const t = useTranslations("strip");
  return scene.lanes.map((lane, i) => (
    <div
      key={lane.name}
      className={styles.head}
      style={{ top: i === 0 && lane.name === "loss" ? 8 : lane.box.top - 24 }}
    >
      <h3>{t(lane.name)}</h3>
      {lane.name === "loss" && <LossFigures run={run} scene={scene} controls={controls} compact={compact} />}
      {lane.name === "learningRate" && <RateLegend run={run} compact={compact} />}
      {lane.name === "gradNorm" && !compact && <span>{t("logScale")}</span>}
      {lane.name === "throughput" && <span>{t("tokensPerSecond")}</span>}
    </div>
  ));
}

function LossFigures({ run, scene, controls, compact }: Props) {
  const t = useTranslations("strip");
  const evaluation = run.last[METRIC.evalLoss];
  return (
    <>
      {scene.pen && (
        <Figure
          value={scene.pen.value}
          label={
            scene.pieces.length > 0 && Number.isFinite(scene.pen.value)
              ? t(controls.smooth > 0 ? "smoothed" : "trend").toLowerCase()
              : t("figureNow")
          }
        />
      )}
      {evaluation && (
        <Figure value={Number(evaluation.value)} label={t("evalAt", { step: formatAxisStep(evaluation.step) })} />
      )}
      {controls.log && <span>{t("logScale")}</span>}
      {!compact && (
        <span className={styles.points}>
          {t("points", { shown: formatStep(scene.shown), total: formatStep(scene.total) })}
        </span>
      )}
    </>
  );
}

function Figure({ value, label }: { value: number; label: ReactNode }) {
  return (
    <span>
      <b className="num" data-lost={!Number.isFinite(value) || undefined}>
        {formatMetric(value)}
      </b>{" "}
      {label}
    </span>
  );
}

function RateLegend({ run, compact }: { run: RunView; compact: boolean }) {
  const t = useTranslations();
  const language = useLocale();
  const { schedule } = run.diagnosis;
  return (
    <>
      <span className={styles.legend}>
        <i />
        {t("strip.measured")}
      </span>
      {schedule && schedule.curve.step.length > 0 && (
        <span className={styles.legend}>
          <i className={styles.schedule} />
          <span>{compact ? t("strip.schedule") : <Numbers text={schedule.text[language]} />}</span>
        </span>
      )}
    </>
  );
}

/** The name of a lane for those who hear it: from what to what, over how many steps. */
export function useChartSentence(run: RunView, scene: StripScene): string {
  const t = useTranslations("strip.chart");
  const words = useTranslations();
  const { xy } = scene.lanes.find(({ name }) => name === "loss")?.line ??
    scene.lanes[0]?.line ?? { xy: [] as number[] };
  const { verdict } = run.diagnosis;
  const parts: string[] = [];
  if (xy.length > 0 && scene.pen) {
    parts.push(
      t("line", {
        name: words("strip.loss"),
        first: formatMetric(xy[1]!),
        last: formatMetric(scene.pen.value),
        steps: formatStep(run.step ?? 0),
      }),
    );
  }
  if (verdict.sinceStep !== null) {
    parts.push(t("verdict", { verdict: words(`verdict.word.${verdict.name}`), step: formatStep(verdict.sinceStep) }));
  }
  parts.push(t("points", { count: formatStep(scene.total) }));
  return parts.join(", ");
}
