"use client";
import { memo, useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatTick, type MetricGroup, nameInGroup, type SmallScene, valueNear } from "#lib/charts/index.ts";
import { formatDuration, formatMetric, formatStep, MISSING } from "#lib/core/index.ts";
import type { Language, RunView } from "#lib/protocol/index.ts";
import { type Stage, useSmallChart } from "../../../_charts/index.ts";
import { Icon } from "../../../_components/icon.tsx";
import type { RunFeed } from "../../../_live/index.ts";
import { CardMenu } from "./card-menu.tsx";
import styles from "./metric-card.module.css";
import { Swatch } from "./swatch.tsx";

type Props = {
  run: Pick<RunView, "id" | "name">;
  feed: RunFeed;
  stage: Stage;
  group: MetricGroup;
  onRemove: (id: string) => void;
};

/** Draws itself as points come: a new view of the run, once a second, is no reason to. */
export const MetricCard = memo(function MetricCard({ run, feed, stage, group, onRemove }: Props) {
  const t = useTranslations("metrics");
  const language = useLocale();
  const [log, setLog] = useState(false);
  const { canvas, scene, view, newest } = useSmallChart({ points: feed, metrics: group.metrics, stage, log });
  const crosshair = useCrosshair(stage);
  const isOne = group.metrics.length === 1;
  const at = crosshair !== null && view && crosshair >= view.min && crosshair <= view.max ? crosshair : null;
  const values = group.metrics.map((_, i) => (at === null ? newest[i]?.y : near(scene, i, at)));
  const place = at === null || !view ? null : `${((at - view.min) / (view.max - view.min)) * 100}%`;
  const where = view && (at ?? newest.reduce((last, value) => Math.max(last, value?.x ?? view.min), view.min));
  return (
    <li className={styles.card}>
      <header className={styles.head}>
        <h3 title={group.metrics.join("\n")}>{group.title}</h3>
        <button
          type="button"
          className={styles.tool}
          aria-pressed={log}
          onClick={() => setLog(!log)}
          aria-label={t("logOf", { metric: group.title })}
        >
          {t("log")}
        </button>
        <CardMenu run={run} group={group} scene={scene} />
        <button
          type="button"
          className={styles.tool}
          onClick={() => onRemove(group.id)}
          aria-label={t("removeOf", { metric: group.title })}
        >
          <Icon>
            <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />
          </Icon>
        </button>
      </header>
      <ul className={styles.values}>
        {group.metrics.map((name, i) => (
          <li key={name} title={name}>
            {!isOne && <Swatch line={i} />}
            {!isOne && <span>{nameInGroup(group, name)}</span>}
            <b className="num" data-bad={isBad(values[i]) || undefined}>
              {written(values[i])}
            </b>
          </li>
        ))}
        {where !== null && (
          <li className={styles.where}>{placeName(where, view?.kind ?? "step", stage, language, t)}</li>
        )}
      </ul>
      <figure
        className={styles.plot}
        aria-label={sentence(group, scene, t)}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          if (view) stage.point(view.min + ((event.clientX - left) / width) * (view.max - view.min));
        }}
        onPointerLeave={() => stage.point(null)}
      >
        <canvas ref={canvas} />
        {scene && (
          <>
            <span className={styles.top}>{formatTick(scene.y.ticks.at(-1) ?? scene.y.max, scene.y.ticks)}</span>
            <span className={styles.bottom}>{formatTick(scene.y.ticks[0] ?? scene.y.min, scene.y.ticks)}</span>
          </>
        )}
        {place !== null && <i className={styles.crosshair} style={{ left: place }} />}
      </figure>
    </li>
  );
});

const near = (scene: SmallScene | null, line: number, x: number): number | undefined => {
  const trace = scene?.lines[line]?.trace;
  return trace && (valueNear(trace, x)?.y ?? undefined);
};

const isBad = (value: number | undefined): boolean => value !== undefined && !Number.isFinite(value);
const written = (value: number | undefined): string => (value === undefined ? MISSING : formatMetric(value));

function placeName(
  x: number,
  kind: string,
  stage: Stage,
  language: Language,
  t: ReturnType<typeof useTranslations<"metrics">>,
): string {
  if (kind === "step") return t("step", { step: formatStep(Math.round(x)) });
  if (kind === "time") return formatDuration(Math.max(0, x - (stage.view()?.min ?? x)), language);
  return formatMetric(x);
}

/** What a chart shows, for those who do not see it. */
function sentence(
  group: MetricGroup,
  scene: SmallScene | null,
  t: ReturnType<typeof useTranslations<"metrics">>,
): string {
  if (!scene) return group.title;
  const lines = scene.lines.map(({ metric, trace }) => {
    const first = trace.xy.find((value, i) => i % 2 === 1 && Number.isFinite(value));
    return t("line", {
      name: nameInGroup(group, metric),
      first: written(first),
      last: written(trace.last?.y),
    });
  });
  return `${lines.join("; ")}. ${t("points", { shown: formatStep(scene.shown), total: formatStep(scene.total) })}`;
}

function useCrosshair(stage: Stage): number | null {
  const [x, setX] = useState<number | null>(null);
  useEffect(() => {
    let waiting = 0;
    const unsubscribe = stage.subscribeCrosshair((at) => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => setX(at));
    });
    return () => {
      unsubscribe();
      cancelAnimationFrame(waiting);
    };
  }, [stage]);
  return x;
}
