"use client";
import { useLocale, useTranslations } from "use-intl";
import type { AlertStage, AlertView, IncidentView } from "#lib/protocol/index.ts";
import { Confirm } from "../../../../_alerts/confirm.tsx";
import { GLYPH, IncidentCard } from "../../../../_alerts/incident-card.tsx";
import { useActs } from "../../../../_alerts/use-acts.ts";
import { useFresh } from "../../../../_alerts/use-fresh.ts";
import { Link } from "../../../../_components/link.tsx";
import { LocalTime } from "../../../../_components/local-time.tsx";
import panel from "../../../../_components/panel.module.css";
import styles from "./incident.module.css";

type Props = {
  incident: IncidentView;
  channels: Readonly<Record<string, string>>;
  /** Of each alert, in the incident's order. */
  stories: readonly (readonly AlertStage[])[];
};

/** One incident: what it is, what can be done about it, and what became of each of its alerts. */
export function IncidentScreen({ incident, channels, stories }: Props) {
  const t = useTranslations("alerts");
  const acts = useActs(useFresh());
  return (
    <main id="main" className={styles.screen}>
      <p className={styles.crumb}>
        <Link href="/alerts">{t("title")}</Link> / <Link href={`/runs/${incident.run}`}>{incident.runName}</Link> /{" "}
        {t("incident", { number: String(incident.number) })}
      </p>
      <h1 className="visually-hidden">{t("incident", { number: String(incident.number) })}</h1>
      <Confirm run={incident.run} name={incident.runName} incident={incident} />
      <IncidentCard incident={incident} acts={acts} channels={channels} heading="h2" />
      {incident.resolvedAt !== null && (
        <p className={styles.over}>
          {t("over")} <LocalTime at={incident.resolvedAt} />
        </p>
      )}
      {incident.alerts.map((alert, i) => (
        <Story key={alert.id} alert={alert} stages={stories[i] ?? []} channels={channels} />
      ))}
    </main>
  );
}

type StoryProps = { alert: AlertView; stages: readonly AlertStage[]; channels: Readonly<Record<string, string>> };

/** Why somebody was told of an alert, or was not. */
function Story({ alert, stages, channels }: StoryProps) {
  const t = useTranslations("alerts");
  const language = useLocale();
  return (
    <section className={`${panel.panel} ${styles.story}`} aria-label={alert.text[language]}>
      <h2>
        <span aria-hidden="true">{GLYPH[alert.severity]}</span> {alert.text[language]}
      </h2>
      <ol>
        {stages.map(({ at, stage, detail }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what has happened stays where it is
          <li key={i}>
            <LocalTime at={at} />
            <span>{t(`stage.${stage}`)}</span>
            <small lang="en">{named(detail, channels)}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A channel by its name, where the detail begins with its id. */
function named(detail: string, channels: Readonly<Record<string, string>>): string {
  const [first = "", ...rest] = detail.split(", ");
  return [channels[first] ?? first, ...rest].join(", ");
}
