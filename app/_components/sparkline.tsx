"use client";
import { useTranslations } from "use-intl";
import { spark, VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { formatMetric, verdictStretches } from "#lib/core/index.ts";
import type { RunRow } from "#lib/protocol/index.ts";
import { PatternEdge } from "./pattern-edge.tsx";
import styles from "./sparkline.module.css";

const SIZE = { width: 288, height: 36 };

type Props = { row: Pick<RunRow, "spark" | "timeline" | "maxSteps" | "step"> };

/** A run's loss drawn small over its whole plan, and its verdicts as the pattern edge alone, on the same scale. */
export function Sparkline({ row }: Props) {
  const t = useTranslations("list");
  const { step, value } = row.spark;
  if (step.length === 0) return null;
  const known = value.filter((v) => v !== null);
  const { pieces, gaps, nowX } = spark(row.spark, row.timeline, row.maxSteps, SIZE);
  const total = Math.max(row.maxSteps ?? 0, row.step ?? 0, step.at(-1)!, 1);
  return (
    <div className={styles.sparkline}>
      <svg
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("sparkLabel", {
          first: formatMetric(known[0] ?? Number.NaN),
          last: formatMetric(value.at(-1) ?? Number.NaN),
        })}
      >
        {nowX !== null && <path className={styles.now} d={`M${nowX} 0V${SIZE.height}`} />}
        {pieces.map(({ verdict, d }) => (
          <path key={d} className={styles.line} data-severity={VERDICT_SEVERITY[verdict]} d={d} />
        ))}
        {gaps.slice(0, 1).map(({ x, y }) => (
          <path key={x} className={styles.cross} d={`M${x - 3} ${y - 3}l6 6m0-6-6 6`} />
        ))}
      </svg>
      <div className={styles.ribbon}>
        {verdictStretches(row.timeline).map(({ verdict, fromStep, toStep }) => (
          <span
            key={fromStep}
            style={{
              left: `${(fromStep / total) * 100}%`,
              width: `${(((toStep ?? row.step ?? fromStep) - fromStep) / total) * 100}%`,
            }}
          >
            <PatternEdge verdict={verdict} />
          </span>
        ))}
      </div>
    </div>
  );
}
