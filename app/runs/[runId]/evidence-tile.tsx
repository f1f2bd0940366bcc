"use client";
import { useLocale, useTranslations } from "use-intl";
import { sparkPath } from "#lib/charts/index.ts";
import {
  formatAxisStep,
  formatChange,
  formatLearningRate,
  formatMetric,
  formatStep,
  formatTimes,
} from "#lib/core/index.ts";
import { type Evidence, METRIC } from "#lib/protocol/index.ts";
import styles from "./evidence-tile.module.css";

type Props = {
  evidence: Evidence;
  /** Where the verdict began: the curve behind the number changes colour there. */
  since: number | null;
};
type Series = NonNullable<Evidence["series"]>;

export function EvidenceTile({ evidence, since }: Props) {
  const language = useLocale();
  const { series } = evidence;
  return (
    <li className={styles.tile}>
      <p className={styles.value}>
        {formatEvidence(evidence)} <span>{lowered(evidence.label[language])}</span>
      </p>
      {series ? <EvidenceCurve series={series} since={since} /> : <span />}
      {series ? <Caption name={evidence.name} series={series} /> : <span />}
    </li>
  );
}

/** Beside its number a label stands inside a phrase. */
const lowered = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);

function Caption({ name, series }: { name: string; series: Series }) {
  const t = useTranslations("tape");
  const [from, to] = [series.step[0], series.step.at(-1)];
  if (from === undefined || to === undefined) return <span />;
  const range = t("range", { from: formatAxisStep(from), to: formatAxisStep(to) });
  if (name === METRIC.gradNorm && series.mark !== undefined) {
    return <p className={styles.caption}>{t("caption.gradNormClip", { clip: formatMetric(series.mark), range })}</p>;
  }
  return <p className={styles.caption}>{isCaptioned(name, t) ? t(`caption.${name}`, { range }) : range}</p>;
}

type Translate = ReturnType<typeof useTranslations<"tape">>;
type Captioned = "swing" | "slope";

/** The engine may tell of evidence that these pages have no caption for yet. */
function isCaptioned(name: string, t: Translate): name is Captioned {
  return t.has(`caption.${name as Captioned}`);
}

function formatEvidence({ name, value, unit }: Evidence): string {
  if (typeof value !== "number") return value;
  if (name === METRIC.learningRate) return formatLearningRate(value);
  if (unit === "x") return formatTimes(value);
  if (name === "descent") return `${formatChange(Math.round(value))}%`;
  if (unit === "%") return `${Math.abs(value) < 10 ? formatMetric(value) : formatStep(value)}%`;
  if (unit === "steps") return formatStep(value);
  return name === "swing" ? `±${formatMetric(value)}` : formatMetric(value);
}

const SIZE = { width: 170, height: 34 };

function EvidenceCurve({ series, since }: { series: Series; since: number | null }) {
  const from = series.step[0] ?? 0;
  const to = series.step.at(-1) ?? 1;
  const cut = since === null ? SIZE.width : ((since - from) / (to - from || 1)) * SIZE.width;
  const inside = cut > 0 && cut < SIZE.width;
  return (
    <svg
      className={styles.curve}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {inside && <rect className={styles.since} x={cut} width={SIZE.width - cut} height={SIZE.height} />}
      {series.kind === "line" ? <Line series={series} since={since} /> : <Bars series={series} since={since} />}
    </svg>
  );
}

/** In ink before the change, in the colour of the verdict after it, in one scale. */
function Line({ series, since }: { series: Series; since: number | null }) {
  const { step } = series;
  const drawn = (v: number | null | undefined): number | null =>
    v === null || v === undefined || (series.log && v <= 0) ? null : series.log ? Math.log(v) : v;
  const value = series.value.map(drawn);
  const mark = drawn(series.mark);
  const known = [...value, mark].filter((v) => v !== null);
  if (known.length === 0) return null;
  const scale = { low: Math.min(...known), high: Math.max(...known), from: step[0] ?? 0, to: step.at(-1) ?? 1 };
  const first =
    since === null
      ? step.length
      : Math.max(
          0,
          step.findLastIndex((s) => s <= since),
        );
  const level = mark === null ? null : { step: [scale.from, scale.to], value: [mark, mark] };
  return (
    <>
      {level && <path className={styles.mark} d={sparkPath(level, SIZE, scale)} />}
      <path
        className={styles.before}
        d={sparkPath({ step, value: value.map((v, i) => (i <= first ? v : null)) }, SIZE, scale)}
      />
      <path
        className={styles.after}
        d={sparkPath({ step, value: value.map((v, i) => (i >= first ? v : null)) }, SIZE, scale)}
      />
    </>
  );
}

/** From zero upward; a swing to both sides of its trend. */
function Bars({ series: { step, value, kind }, since }: { series: Series; since: number | null }) {
  const most = Math.max(...value.map((v) => v ?? 0)) || 1;
  const width = SIZE.width / value.length;
  return value.map((v, i) => {
    const height = Math.max(1, ((v ?? 0) / most) * (SIZE.height - 2));
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
        key={i}
        className={since !== null && step[i]! >= since ? styles.barAfter : styles.bar}
        x={i * width}
        y={kind === "swing" ? (SIZE.height - height) / 2 : SIZE.height - height}
        width={Math.max(0.5, width - 0.8)}
        height={height}
      />
    );
  });
}
