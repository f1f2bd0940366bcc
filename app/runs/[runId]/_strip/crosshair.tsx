"use client";
import { useLocale, useTranslations } from "use-intl";
import type { LaneReadout, Readout, StripScene } from "#lib/charts/index.ts";
import { formatDuration, formatMetric, formatStep } from "#lib/core/index.ts";
import styles from "./crosshair.module.css";
import { across } from "./plot.ts";

type Props = { readout: Readout; scene: StripScene; width: number; printedSteps: boolean };

/** Room (px) that the longest readout needs: with less to the right of the line it stands left of it. */
const READOUT_WIDTH = 200;

/** One small readout per lane beside the line, and where it stands at the foot. Nothing covers the curve. */
export function Crosshair({ readout, scene, width, printedSteps }: Props) {
  const { layout, lanes } = scene;
  const at = across(scene, readout.x);
  const room = (1 - at / 100) * (width - layout.left - layout.right);
  const top = lanes[0]?.box.top ?? 0;
  const bottom = lanes.at(-1)?.box.bottom ?? 0;
  return (
    <div
      className={styles.plot}
      data-left={room < READOUT_WIDTH || undefined}
      style={{ left: layout.left, right: layout.right }}
      aria-hidden="true"
    >
      <div className={styles.at} style={{ left: `${at}%` }}>
        <div className={styles.line} style={{ top, height: bottom - top + 4 }} />
        {readout.lanes.map((lane) => (
          <LaneTag key={lane.lane} readout={lane} raised={lane.lane === "loss"} />
        ))}
        <span className={styles.foot} style={{ top: bottom + 4 }}>
          <Foot readout={readout} kind={scene.x.kind} printedSteps={printedSteps} />
        </span>
      </div>
    </div>
  );
}

function LaneTag({ readout, raised }: { readout: LaneReadout; raised: boolean }) {
  const t = useTranslations("strip");
  const { y, value, raw, eval: evaluation, schedule } = readout;
  return (
    <>
      <i className={styles.dot} style={{ top: y }} />
      <span className={styles.tag} style={{ top: y + (raised ? -30 : -9) }}>
        <b>{value}</b>
        {raw !== null && (
          <small>
            {t("raw").toLowerCase()} {raw}
          </small>
        )}
        {evaluation !== null && (
          <small>
            {t("eval").toLowerCase()} {evaluation}
          </small>
        )}
        {schedule !== null && (
          <small className={styles.schedule}>
            {schedule === "on" ? t("onSchedule") : t("offSchedule", { factor: schedule })}
          </small>
        )}
      </span>
    </>
  );
}

type FootProps = { readout: Readout; kind: StripScene["x"]["kind"]; printedSteps: boolean };

function Foot({ readout: { x, step, elapsedMs }, kind, printedSteps }: FootProps) {
  const t = useTranslations("strip");
  const language = useLocale();
  const parts: string[] = [];
  if (step !== null) parts.push(t(printedSteps ? "footStep" : "footRecord", { step: formatStep(step) }));
  if (kind === "epoch") parts.push(t("footEpoch", { epoch: formatMetric(x) }));
  if (kind === "tokens") parts.push(t("footTokens", { tokens: formatMetric(x) }));
  if (elapsedMs !== null) parts.push(formatDuration(elapsedMs, language));
  return parts.join(", ");
}
