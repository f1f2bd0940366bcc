"use client";
import { useLocale, useTranslations } from "use-intl";
import { type GpuLane, gpuLanes, gpuTime } from "#lib/charts/index.ts";
import { formatDuration } from "#lib/core/index.ts";
import type { GpuView, RunView } from "#lib/protocol/index.ts";
import panel from "../../../_components/panel.module.css";
import { useGpus } from "../../../_live/index.ts";
import { GpuBand } from "./gpu-band.tsx";
import styles from "./gpus.module.css";

const MINUTE_MS = 60_000;
/** GPUs side by side; a host with more has another row of columns. */
const BAND_MOST = 8;

/** What the GPUs of the run's host did meanwhile. Where there are none, there is nothing. */
export function Gpus({ run }: { run: RunView }) {
  const t = useTranslations("gpus");
  const language = useLocale();
  const view = useGpus(run);
  const lanes: GpuLane[] = view ? gpuLanes(view.gpus) : [];
  if (!view || lanes.length === 0) return null;
  const { gpus } = view;
  const isOver = run.state === "finished" || run.state === "failed";
  const time = gpuTime(view);
  const minutes = Math.max(1, Math.round((time.to - time.from) / MINUTE_MS));
  const hours = minutes / 60;
  const span = Number.isInteger(hours) ? t("hours", { hours }) : formatDuration(minutes * MINUTE_MS, language);
  const bands = Array.from({ length: Math.ceil(gpus.length / BAND_MOST) }, (_, i) =>
    gpus.slice(i * BAND_MOST, (i + 1) * BAND_MOST),
  );
  return (
    <section className={`${panel.panel} ${styles.panel}`} aria-label={t("title")}>
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        <p>{t(isOver ? "spanOver" : "span", { span })}</p>
        <p className={styles.models}>{modelsOf(gpus, (count, model) => t("models", { count, model }))}</p>
      </header>
      {bands.map((band) => (
        <GpuBand
          key={band[0]?.uuid}
          gpus={band}
          lanes={lanes}
          time={time}
          columns={Math.min(BAND_MOST, gpus.length)}
          isOver={isOver}
        />
      ))}
    </section>
  );
}

function modelsOf(gpus: readonly GpuView[], text: (count: string, model: string) => string): string {
  const models = Map.groupBy(gpus, ({ model }) => model.replace(/^NVIDIA /, ""));
  return [...models].map(([model, { length }]) => text(String(length), model)).join(", ");
}
