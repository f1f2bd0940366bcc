"use client";
import { useLocale, useTranslations } from "use-intl";
import { formatDuration, formatStep } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { LocalTime } from "../../_components/local-time.tsx";
import { Numbers } from "../../_components/numbers.tsx";
import styles from "./incidents.module.css";
import { type Incident, incidentId, incidentsOf, toldOf } from "./incidents.ts";
import { RailSection } from "./rail-section.tsx";

export function Incidents({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const incidents = incidentsOf(run).reverse();
  return (
    <RailSection
      title={t("incidents")}
      aside={incidents.length > 0 ? t("open", { count: String(incidents.length) }) : null}
    >
      {incidents.length === 0 ? (
        <p className={styles.none}>{run.verdict.severity === "good" ? t("noneHealthy") : t("none")}</p>
      ) : (
        <ol className={styles.list}>
          {incidents.map((incident) => (
            <Row key={incident.number} incident={incident} run={run} />
          ))}
        </ol>
      )}
    </RailSection>
  );
}

function Row({ incident, run }: { incident: Incident; run: RunView }) {
  const t = useTranslations("rail");
  const language = useLocale();
  const { number, severity, step, saidAtStep, text } = incident;
  const ago = run.msPerStep !== null && run.step !== null ? (run.step - step) * run.msPerStep : null;
  return (
    <li id={incidentId(number)} className={styles.row} data-severity={severity}>
      <span className={styles.badge}>{number}</span>
      <p className={styles.text}>
        <Numbers text={text[language]} />
      </p>
      {ago !== null && ago > 0 && <span className={`num ${styles.age}`}>{formatDuration(ago, language)}</span>}
      <p className={styles.where}>
        {saidAtStep > step
          ? t("incidentAt", { step: formatStep(step), said: formatStep(saidAtStep) })
          : t("incidentHere", { step: formatStep(step) })}
      </p>
      {toldOf(run, incident).map(({ channel, state, at }) => (
        <p key={channel} className={styles.where}>
          {channel.startsWith("slack") ? "Slack" : "Webhook"}
          {state === "sent" ? " " : `, ${t(`delivery.${state}`)} `}
          <LocalTime at={at} />
        </p>
      ))}
    </li>
  );
}
