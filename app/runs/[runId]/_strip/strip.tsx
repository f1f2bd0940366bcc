"use client";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { LANE_METRIC, lanesOf, type StripRange, smoothingChoices } from "#lib/charts/index.ts";
import { formatStep } from "#lib/core/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { type Stage, type Strip as StripOfChart, useStrip } from "../../../_charts/index.ts";
import panel from "../../../_components/panel.module.css";
import type { RunFeed } from "../../../_live/index.ts";
import { ControlBar } from "./control-bar.tsx";
import { Crosshair } from "./crosshair.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { Flags } from "./flags.tsx";
import { LaneHeads, useChartSentence } from "./lane-heads.tsx";
import { Overlay } from "./overlay.tsx";
import { Ribbon } from "./ribbon.tsx";
import styles from "./strip.module.css";
import { axesOf, useStripChoice } from "./strip-choice.ts";
import { StripTable } from "./strip-table.tsx";
import { useStripKeys } from "./use-strip-keys.ts";
import { useZoom } from "./use-zoom.ts";
import { ZoomButtons } from "./zoom-buttons.tsx";

type Props = { run: RunView; feed: RunFeed; stage: Stage };

/** The recorder: loss, verdicts, learning rate, gradient norm and throughput on one axis. */
export function Strip({ run, feed, stage }: Props) {
  const t = useTranslations("strip");
  const compact = useMediaQuery("(max-width: 720px)") ?? false;
  const axes = axesOf(run);
  const { choice, controls, choose } = useStripChoice(axes);
  const [gesture, setGesture] = useState<StripRange | null>(null);
  const shown = useMemo(() => (gesture === null ? controls : { ...controls, range: gesture }), [controls, gesture]);
  const [asTable, setAsTable] = useState(false);
  const strip = useStrip({ points: feed, run, controls: shown, compact, hold: choice.hold });
  const { scene, readout, width } = strip;
  const zoom = useZoom({ strip, run, choose, show: setGesture });
  const sentence = useChartSentence(run, scene);
  const lengths = smoothingChoices({ step: run.step ?? 0, maxSteps: run.maxSteps, records: run.records });
  useStripKeys({ run, axes, lengths, choice, choose, strip, zoom });
  useRangeOf(feed, run, controls);
  useStage(stage, strip);

  const has = (metric: string): boolean => run.metrics.some(({ name }) => name === metric);
  const printedSteps = run.stepSource !== "ordinal";
  return (
    <section id="strip" className={`${panel.panel} ${styles.strip}`} aria-label={t("label")}>
      <ControlBar
        choice={choice}
        choose={choose}
        lengths={lengths}
        has={{
          axes,
          loss: has(METRIC.trainLoss),
          eval: has(METRIC.evalLoss),
          forecast: run.diagnosis.forecast !== null,
          printedSteps,
        }}
      />
      <figure ref={strip.frame} className={styles.lanes} aria-label={sentence} style={{ height: scene.layout.height }}>
        <div
          ref={strip.canvas}
          className={styles.canvas}
          role="slider"
          tabIndex={0}
          aria-label={t("crosshair")}
          aria-valuemin={Math.round(scene.toStep(scene.x.min) ?? 0)}
          aria-valuemax={run.step ?? 0}
          aria-valuenow={readout?.step ?? run.step ?? 0}
          aria-valuetext={readout?.lanes.map(({ lane, value }) => `${t(lane)} ${value}`).join(", ")}
          {...zoom.handlers}
        />
        <Overlay run={run} scene={scene} width={width} forecast={controls.forecast} />
        <Ribbon run={run} scene={scene} onZoom={(stretch) => choose({ zoom: stretch })} />
        <LaneHeads run={run} scene={scene} controls={shown} compact={compact} />
        <Flags run={run} scene={scene} width={width} compact={compact} />
        {zoom.selection && <div className={styles.selection} style={zoom.selection} />}
        {readout && !zoom.selection && (
          <Crosshair readout={readout} scene={scene} width={width} printedSteps={printedSteps} />
        )}
      </figure>
      <footer className={styles.foot}>
        <ZoomButtons zoom={zoom} stretch={choice.zoom} onReset={() => choose({ zoom: null })} />
        <span role="status">{feed.failed() ? t("failed") : feed.series() === null && t("reading")}</span>
        {scene.x.kind !== "step" && feed.series() !== null && feed.series()?.clock === null && (
          <span>{t("noPlaces")}</span>
        )}
        <MissingLanes run={run} />
        {!printedSteps && <span>{t("axisRecord")}</span>}
        {compact && <span>{t("points", { shown: formatStep(scene.shown), total: formatStep(scene.total) })}</span>}
        <span className={styles.space} />
        <ExportMenu run={run} strip={strip} controls={shown} compact={compact} sentence={sentence} />
        <button type="button" className={styles.link} aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>
          {t("table")}
        </button>
      </footer>
      {asTable && <StripTable run={run} />}
    </section>
  );
}

/** A lane whose metric the log lacks is left out, and said to be. */
function MissingLanes({ run }: { run: RunView }) {
  const t = useTranslations("strip.missing");
  const there = lanesOf(run.metrics);
  return (["loss", "learningRate", "gradNorm"] as const)
    .filter((lane) => !there.includes(lane))
    .map((lane) => <span key={LANE_METRIC[lane]}>{t(lane)}</span>);
}

/** Charts under the strip show what it shows, and share its crosshair. */
function useStage(stage: Stage, { scene, readout, readAt }: StripOfChart): void {
  const { kind, min, max } = scene.x;
  useEffect(() => stage.show({ kind, min, max }), [stage, kind, min, max]);
  const x = readout?.x ?? null;
  useEffect(() => stage.point(x, readAt), [stage, x, readAt]);
  useEffect(() => stage.subscribeCrosshair(readAt), [stage, readAt]);
}

/** Asks the store for the stretch that is shown, at its own resolution. */
function useRangeOf(feed: RunFeed, run: RunView, { x, range }: ReturnType<typeof useStripChoice>["controls"]): void {
  const [steps] = useState(() => ({ now: 0 }));
  steps.now = run.step ?? 0;
  useEffect(() => {
    if (range === "last") feed.setQuery({ x, range: { from: Math.floor(steps.now * 0.85), to: null } });
    else feed.setQuery({ x, range: typeof range === "object" ? range : null });
  }, [feed, x, range, steps]);
}
