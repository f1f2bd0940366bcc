"use client";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { LANE_METRIC, lanesOf } from "#lib/charts/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { type Stage, type Strip as StripOfChart, useStrip } from "../../../_charts/index.ts";
import panel from "../../../_components/panel.module.css";
import type { RunFeed } from "../../../_live/index.ts";
import { ControlBar } from "./control-bar.tsx";
import { Crosshair } from "./crosshair.tsx";
import { Flags } from "./flags.tsx";
import { LaneHeads, useChartSentence } from "./lane-heads.tsx";
import { Overlay } from "./overlay.tsx";
import { Ribbon } from "./ribbon.tsx";
import styles from "./strip.module.css";
import { useStripChoice } from "./strip-choice.ts";
import { StripTable } from "./strip-table.tsx";
import { useDragZoom } from "./use-drag-zoom.ts";
import { useStripKeys } from "./use-strip-keys.ts";

type Props = { run: RunView; feed: RunFeed; stage: Stage };

/** The recorder: loss, verdicts, learning rate, gradient norm and throughput on one axis. */
export function Strip({ run, feed, stage }: Props) {
  const t = useTranslations("strip");
  const compact = useMediaQuery("(max-width: 720px)") ?? false;
  const hasTime = run.msPerStep !== null;
  const { choice, controls, choose } = useStripChoice(hasTime);
  const [asTable, setAsTable] = useState(false);
  const points = feed;
  const strip = useStrip({ points, run, controls, compact, hold: choice.hold });
  const { scene, readout, width } = strip;
  const zoomTo = (zoom: { from: number; to: number }) => choose({ zoom });
  const drag = useDragZoom(strip, feed, zoomTo);
  const sentence = useChartSentence(run, scene);
  useStripKeys({ choice, choose, strip });
  useRangeOf(feed, run, controls);
  useStage(stage, strip);

  const has = (metric: string): boolean => run.metrics.some(({ name }) => name === metric);
  const printedSteps = run.stepSource !== "ordinal";
  return (
    <section id="strip" className={`${panel.panel} ${styles.strip}`} aria-label={t("label")}>
      <ControlBar
        choice={choice}
        choose={choose}
        has={{
          time: hasTime,
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
          aria-valuemin={Math.round(scene.x.min)}
          aria-valuemax={Math.round(scene.now)}
          aria-valuenow={Math.round(readout?.x ?? scene.now)}
          aria-valuetext={readout?.lanes.map(({ lane, value }) => `${t(lane)} ${value}`).join(", ")}
          {...drag.handlers}
        />
        <Overlay run={run} scene={scene} width={width} forecast={controls.forecast} />
        <Ribbon run={run} scene={scene} onZoom={zoomTo} />
        <LaneHeads run={run} scene={scene} log={controls.log} compact={compact} />
        <Flags run={run} scene={scene} width={width} />
        {drag.selection && <div className={styles.selection} style={drag.selection} />}
        {readout && !drag.selection && <Crosshair readout={readout} scene={scene} printedSteps={printedSteps} />}
      </figure>
      <footer className={styles.foot}>
        <span role="status">{feed.failed() ? t("failed") : feed.series() === null && t("reading")}</span>
        <MissingLanes run={run} />
        {!printedSteps && <span>{t("axisRecord")}</span>}
        <button type="button" aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>
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
