"use client";
import { useTranslations } from "use-intl";
import { formatAxisRate, formatLearningRate, formatMetric } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import styles from "./siblings.module.css";
import { type Placed, type Siblings, siblingsPlot, stretches } from "./siblings-plot.ts";

/** Level over rate, small. Marks keep their size at any width; what the marks are called is in the table. */
export function SiblingsChart({ run, siblings }: { run: RunView; siblings: Siblings }) {
  const t = useTranslations("siblings");
  const { points, ticks, low, high } = siblingsPlot(siblings, run.id);
  const own = points.find((point) => point.run.id === run.id);
  const best = points.find((point) => point.run.id === siblings.best.id);
  const label = t("chart", {
    count: String(points.length),
    own: own ? formatLearningRate(own.run.rate) : "",
    best: formatLearningRate(siblings.best.rate),
  });
  return (
    <figure className={styles.figure} aria-label={label}>
      <div className={styles.levels} aria-hidden="true">
        <span className="num">{formatMetric(high)}</span>
        <span className="num">{formatMetric(low)}</span>
      </div>
      <div className={styles.plot}>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {ticks.map(({ rate, x }) => (
            <line key={rate} className={styles.grid} x1={x} x2={x} y1={0} y2={1} />
          ))}
          {stretches(points).map((line) => (
            <polyline key={line[0]!.run.id} points={line.map(({ x, y }) => `${x},${y}`).join(" ")} />
          ))}
        </svg>
        {points.map((point) => (
          <Mark key={point.run.id} point={point} kind={point === own ? "own" : point === best ? "best" : "other"} />
        ))}
        {own && <Tag point={own} text={t("this")} own />}
        {best && best !== own && <Tag point={best} text={t("best")} />}
      </div>
      <div className={styles.rates} aria-hidden="true">
        {ticks.map(({ rate, x }) => (
          <span key={rate} className="num" style={{ left: `${x * 100}%` }}>
            {formatAxisRate(rate)}
          </span>
        ))}
      </div>
      <figcaption className={styles.caption}>
        {t("axes")}
        {points.some(({ fate }) => fate === "failed") && ` ${t("crossed")}`}
        {points.some(({ fate }) => fate === "above") && ` ${t("above")}`}
      </figcaption>
    </figure>
  );
}

const ART = {
  drawn: <circle cx="5" cy="5" r="3.5" />,
  above: <path d="M1.5 7.5 5 2.5l3.5 5z" />,
  failed: <path d="m2 2 6 6M8 2 2 8" />,
};

function Mark({ point: { x, y, fate }, kind }: { point: Placed; kind: "own" | "best" | "other" }) {
  return (
    <svg
      className={styles.mark}
      data-kind={kind}
      data-fate={fate}
      viewBox="0 0 10 10"
      aria-hidden="true"
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
    >
      {ART[fate]}
    </svg>
  );
}

/** Right of its mark in the left half of the plot, left of it in the right half. */
function Tag({ point: { x, y }, text, own = false }: { point: Placed; text: string; own?: boolean }) {
  return (
    <span
      className={styles.tag}
      data-own={own || undefined}
      data-left={x > 0.6 || undefined}
      aria-hidden="true"
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
    >
      {text}
    </span>
  );
}
