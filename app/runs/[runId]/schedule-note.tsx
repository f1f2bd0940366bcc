"use client";
import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import {
  formatDuration,
  formatLearningRate,
  formatMetric,
  formatShare,
  formatStep,
  formatStepRange,
  MISSING,
} from "#lib/core/index.ts";
import { type DiagnosisView, METRIC, type RunView, type Schedule } from "#lib/protocol/index.ts";
import { Numbers } from "../../_components/numbers.tsx";
import { withDecimalsOf } from "./_strip/overlay.tsx";
import { RailSection } from "./rail-section.tsx";
import styles from "./schedule-note.module.css";
import { milestones, plannedRate } from "./schedule-note.ts";

/** What the log lets one expect: the rate's plan, what comes next, what patience would do, where the loss ends. */
export function ScheduleNote({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const { schedule, earlyStopping, forecast } = run.diagnosis;
  const hasRate = run.metrics.some(({ name }) => name === METRIC.learningRate);
  const coming = milestones(run);
  if (!hasRate && coming.length === 0 && !earlyStopping && !forecast) return null;
  return (
    <RailSection title={t("expects")}>
      <dl className={styles.list}>
        {hasRate && (
          <Entry name={t("schedule")}>
            {schedule ? <Plan schedule={schedule} run={run} /> : <p>{t("scheduleUnknown")}</p>}
          </Entry>
        )}
        {coming.length > 0 && (
          <Entry name={t("coming")}>
            <Coming run={run} />
          </Entry>
        )}
        {earlyStopping && (
          <Entry name={t("early")}>
            <EarlyStopping said={earlyStopping} goesOn={run.state !== "finished" && run.state !== "failed"} />
          </Entry>
        )}
        {forecast && (
          <Entry name={t("forecast")}>
            <Forecast forecast={forecast} />
          </Entry>
        )}
      </dl>
    </RailSection>
  );
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.entry}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A fitted curve misses zero by the last digits of a number. */
const NO_RATE = 1e-5;

function Plan({ schedule, run: { step, state } }: { schedule: Schedule; run: RunView }) {
  const t = useTranslations("rail");
  const language = useLocale();
  const rate = (at: number): string => {
    const planned = plannedRate(schedule, at);
    if (planned === null) return MISSING;
    return formatLearningRate(planned < NO_RATE * schedule.peak ? 0 : planned);
  };
  const isOver = state === "finished" || state === "failed";
  const now = isOver ? null : schedule.phases.findLast(({ fromStep }) => step !== null && fromStep <= step);
  return (
    <>
      <p>
        <Numbers text={schedule.text[language]} />
      </p>
      {schedule.phases.length > 1 && (
        <table className={styles.phases}>
          <caption className="visually-hidden">{t("phases")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("phase")}</th>
              <th scope="col">{t("phaseSteps")}</th>
              <th scope="col">{t("lr")}</th>
            </tr>
          </thead>
          <tbody>
            {schedule.phases.map((phase) => (
              <tr key={phase.fromStep} aria-current={phase === now ? "step" : undefined}>
                <th scope="row">
                  {t(`phaseName.${phase.name}`)}
                  {phase === now && <span className={styles.now}>{t("phaseNow")}</span>}
                </th>
                <td className="num">{formatStepRange(phase.fromStep, phase.toStep)}</td>
                <td className="num">{`${rate(phase.fromStep)} → ${rate(phase.toStep)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Coming({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const language = useLocale();
  const { step, msPerStep, state } = run;
  return (
    <ul>
      {milestones(run).map(({ kind, step: at }) => {
        const steps = at - (step ?? 0);
        const time = msPerStep !== null && state === "running" ? formatDuration(steps * msPerStep, language) : null;
        return (
          <li key={kind}>
            <span>
              <Numbers text={t(`milestone.${kind}`, { step: formatStep(at) })} />
            </span>
            <span className={styles.aside}>
              {time === null ? t("inSteps", { steps: formatStep(steps) }) : t("inTime", { time })}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

type EarlyProps = { said: NonNullable<DiagnosisView["earlyStopping"]>; goesOn: boolean };

function EarlyStopping({ said, goesOn }: EarlyProps) {
  const t = useTranslations("rail");
  const { best, evalsSinceBest: checks, wouldStop, patience, expectedGain } = said;
  return (
    <>
      <p>
        <Numbers text={t("earlyText", { value: formatMetric(best.value), step: formatStep(best.step), checks })} />{" "}
        {wouldStop ? t("earlyStop") : goesOn && t("earlyLeft", { count: Math.max(1, patience - checks) })}
      </p>
      {goesOn && expectedGain && (
        <p>
          <Numbers
            text={t(expectedGain.share === null ? "earlyGain" : "earlyGainOf", {
              value: formatMetric(expectedGain.value),
              low: formatMetric(expectedGain.low),
              high: formatMetric(expectedGain.high),
              share: formatShare(expectedGain.share ?? 0),
            })}
          />
        </p>
      )}
    </>
  );
}

function Forecast({ forecast }: { forecast: NonNullable<DiagnosisView["forecast"]> }) {
  const t = useTranslations("rail");
  const { step, value, low, high, level } = forecast;
  const said = formatMetric(value);
  return (
    <p>
      <b className={styles.forecast}>{`${said} ± ${withDecimalsOf(said, (high - low) / 2)}`}</b>{" "}
      <Numbers
        text={t("forecastText", {
          step: formatStep(step),
          low: formatMetric(low),
          high: formatMetric(high),
          level: `${Math.round(level * 100)}%`,
        })}
      />
    </p>
  );
}
