"use client";
import { useLocale } from "use-intl";
import { sparkPath } from "#lib/charts/index.ts";
import { formatLearningRate, formatMetric, formatStep, formatTimes } from "#lib/core/index.ts";
import { type Evidence, METRIC } from "#lib/protocol/index.ts";
import styles from "./evidence-tile.module.css";

type Props = {
  evidence: Evidence;
  /** Where the verdict began: the curve behind the number changes colour there. */
  since: number | null;
};

export function EvidenceTile({ evidence, since }: Props) {
  const language = useLocale();
  return (
    <li className={styles.tile}>
      <p className={styles.value}>{formatEvidence(evidence)}</p>
      {evidence.series && <EvidenceCurve series={evidence.series} since={since} />}
      <p className={styles.label}>{evidence.label[language]}</p>
    </li>
  );
}

function formatEvidence({ name, value, unit }: Evidence): string {
  if (typeof value !== "number") return value;
  if (name === METRIC.learningRate) return formatLearningRate(value);
  if (unit === "x") return formatTimes(value);
  if (unit === "%") return `${Math.abs(value) < 10 ? formatMetric(value) : formatStep(value)}%`;
  if (unit === "steps") return formatStep(value);
  return formatMetric(value);
}

const SIZE = { width: 170, height: 56 };

function EvidenceCurve({ series, since }: { series: NonNullable<Evidence["series"]>; since: number | null }) {
  const { step, value, kind } = series;
  const from = step[0] ?? 0;
  const to = step.at(-1) ?? 1;
  const cut = since === null ? null : ((since - from) / (to - from || 1)) * SIZE.width;
  const inside = cut !== null && cut > 0 && cut < SIZE.width;
  return (
    <svg
      className={styles.curve}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {inside && <rect className={styles.since} x={cut} width={SIZE.width - cut} height={SIZE.height} />}
      {kind === "bars" ? (
        <Bars value={value} step={step} since={since} />
      ) : (
        <>
          <path className={styles.before} d={sparkPath(series, SIZE)} />
          {inside && <path className={styles.after} d={since === null ? "" : partFrom(series, since)} />}
        </>
      )}
    </svg>
  );
}

/** The end of the curve, in the scale of the whole. */
function partFrom({ step, value }: NonNullable<Evidence["series"]>, since: number): string {
  const known = value.filter((v) => v !== null);
  const scale = { low: Math.min(...known), high: Math.max(...known) };
  const first = Math.max(
    0,
    step.findLastIndex((s) => s <= since),
  );
  return sparkPath({ step, value: value.map((v, i) => (i >= first ? v : null)) }, SIZE, scale);
}

function Bars({ step, value, since }: { step: number[]; value: (number | null)[]; since: number | null }) {
  const most = Math.max(...value.map((v) => v ?? 0)) || 1;
  const width = SIZE.width / value.length;
  return value.map((v, i) => {
    const height = ((v ?? 0) / most) * (SIZE.height - 2);
    const after = since !== null && step[i]! >= since;
    return (
      <rect
        key={step[i]}
        className={after ? styles.barAfter : styles.bar}
        x={i * width}
        y={SIZE.height - height}
        width={Math.max(0.5, width - 1)}
        height={height}
      />
    );
  });
}
