"use client";
import { useLocale, useTranslations } from "use-intl";
import { formatMetric, formatStep } from "#lib/core/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { Numbers } from "../../_components/numbers.tsx";
import { RailSection } from "./rail-section.tsx";
import styles from "./schedule-note.module.css";

/** The learning-rate plan as it was read, and what a patient early stop would do. Silent where the log tells neither. */
export function ScheduleNote({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const language = useLocale();
  const { schedule, earlyStopping } = run.diagnosis;
  const hasRate = run.metrics.some(({ name }) => name === METRIC.learningRate);
  return (
    <>
      {hasRate && (
        <RailSection title={t("schedule")}>
          <p className={styles.text}>{schedule ? <Numbers text={schedule.text[language]} /> : t("scheduleUnknown")}</p>
        </RailSection>
      )}
      {earlyStopping && (
        <RailSection title={t("early")}>
          <p className={styles.text}>
            <Numbers
              text={t("earlyText", {
                value: formatMetric(earlyStopping.best.value),
                step: formatStep(earlyStopping.best.step),
                checks: earlyStopping.evalsSinceBest,
              })}
            />
            {earlyStopping.wouldStop && ` ${t("earlyStop")}`}
          </p>
        </RailSection>
      )}
    </>
  );
}
