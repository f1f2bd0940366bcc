"use client";
import { useTranslations } from "use-intl";
import { formatLearningRate, formatMetric, formatStep, MISSING } from "#lib/core/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import styles from "./strip-table.module.css";

/** The numbers behind the strip, for those who read rather than look. */
export function StripTable({ run }: { run: RunView }) {
  const t = useTranslations("strip");
  return (
    <div className={styles.frame}>
      <table>
        <caption className="visually-hidden">{t("tableCaption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("metricColumn")}</th>
            <th scope="col">{t("valueColumn")}</th>
            <th scope="col">{t("stepColumn")}</th>
            <th scope="col">{t("pointsColumn")}</th>
          </tr>
        </thead>
        <tbody>
          {run.metrics.map(({ name, points }) => {
            const last = run.last[name];
            const format = name === METRIC.learningRate ? formatLearningRate : formatMetric;
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{last ? format(Number(last.value)) : MISSING}</td>
                <td>{last ? formatStep(last.step) : MISSING}</td>
                <td>{formatStep(points)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
