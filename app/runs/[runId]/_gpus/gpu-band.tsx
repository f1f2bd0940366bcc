"use client";
import type { CSSProperties } from "react";
import { useTranslations } from "use-intl";
import { areaUnder, type GpuLane, sparkPath } from "#lib/charts/index.ts";
import { formatMetric, formatStep, MISSING } from "#lib/core/index.ts";
import type { GpuView } from "#lib/protocol/index.ts";
import { Age } from "../../../_components/age.tsx";
import styles from "./gpu-band.module.css";

type Time = { from: number; to: number };
type Props = {
  gpus: readonly GpuView[];
  lanes: readonly GpuLane[];
  time: Time;
  /** Columns to make room for. */
  columns: number;
  isOver: boolean;
};

/** Without a reading for this long, the last one is told with its age. */
const STALE_MS = 30_000;
const SIZE = { width: 120, height: 26 };
const MIB_PER_GIB = 1024;
const UNIT = { utilization: "%", memory: "GiB", temperature: "°C", power: "W" } as const;

/** Some GPUs: a column each on a wide screen, a row each on a phone, where only the first quantity is drawn. */
export function GpuBand({ gpus, lanes, time, columns, isOver }: Props) {
  const t = useTranslations("gpus");
  const words = useTranslations("app");
  const size = { "--columns": columns, "--lanes": lanes.length } as CSSProperties;
  return (
    <table className={styles.band} style={size}>
      <caption className="visually-hidden">{t("caption")}</caption>
      <thead>
        <tr>
          <td />
          {lanes.map(({ quantity, scale }) => (
            <th key={quantity} scope="col" className={styles.quantity}>
              <span>{t(quantity)}</span>
              <small>
                {inUnit(quantity, scale.low)}
                {MISSING}
                {inUnit(quantity, scale.high)} {UNIT[quantity]}
              </small>
              <b aria-hidden="true">{UNIT[quantity]}</b>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {gpus.map((gpu) => {
          const isStale = !isOver && time.to - gpu.lastAt > STALE_MS;
          return (
            <tr key={gpu.uuid} data-stale={isStale || undefined}>
              <th scope="row" className={styles.index} title={`${gpu.model}, ${gpu.uuid}`}>
                {gpu.index}
                {isStale && (
                  <small>
                    <Age at={gpu.lastAt} text={(age) => words("ago", { age })} />
                  </small>
                )}
              </th>
              {lanes.map((lane) => (
                <Cell key={lane.quantity} gpu={gpu} lane={lane} time={time} />
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Cell({ gpu, lane, time }: { gpu: GpuView; lane: GpuLane; time: Time }) {
  const { at, value } = gpu.series[lane.metric] ?? { at: [], value: [] };
  const path = sparkPath({ step: at, value }, SIZE, { ...lane.scale, ...time });
  const latest = gpu.latest[lane.metric];
  return (
    <td className={styles.cell} data-missing={latest === undefined || undefined}>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.area} d={areaUnder(path, SIZE)} />
        <path className={styles.line} d={path} />
      </svg>
      <span>{latest === undefined ? MISSING : formatReading(lane.quantity, latest)}</span>
    </td>
  );
}

function formatReading(quantity: GpuLane["quantity"], value: number): string {
  return quantity === "memory" ? formatMetric(value / MIB_PER_GIB) : formatStep(value);
}

/** An end of a scale, whole. */
function inUnit(quantity: GpuLane["quantity"], value: number): string {
  return formatStep(quantity === "memory" ? value / MIB_PER_GIB : value);
}
