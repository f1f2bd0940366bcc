"use client";
import { useLocale, useTranslations } from "use-intl";
import type { AlertsView, IncidentView } from "#lib/protocol/index.ts";
import { GLYPH, IncidentCard, ToldOf } from "../_alerts/incident-card.tsx";
import { useActs } from "../_alerts/use-acts.ts";
import { useAlerts } from "../_alerts/use-alerts.ts";
import button from "../_components/button.module.css";
import { Link } from "../_components/link.tsx";
import { LocalTime } from "../_components/local-time.tsx";
import panel from "../_components/panel.module.css";
import styles from "./alerts.module.css";
import { Deliveries } from "./deliveries.tsx";
import { Mutes } from "./mutes.tsx";

/** What stands open and what people can do about it; then what was, what is muted, and how messages went. */
export function AlertsScreen({ initial }: { initial: AlertsView }) {
  const t = useTranslations("alerts");
  const { view, refresh } = useAlerts(initial);
  const acts = useActs(refresh);
  const hasChannels = Object.keys(view.channels).length > 0;
  return (
    <main id="main" className={styles.screen}>
      <header className={styles.head}>
        <h1>{t("title")}</h1>
        <nav className={styles.links} aria-label={t("title")}>
          <Link className={button.button} href="/alerts/rules">
            {t("rules")}
          </Link>
          <Link className={button.button} href="/settings">
            {t("channels")}
          </Link>
        </nav>
      </header>
      {view.dead.length > 0 && (
        <p className={`${panel.panel} ${styles.banner}`} role="alert">
          <span aria-hidden="true">{GLYPH.critical}</span> {t("deadBanner", { count: view.dead.length })}{" "}
          <a href="#deliveries">{t("deadSee")}</a>
        </p>
      )}
      {!hasChannels && (
        <p className={`${panel.panel} ${styles.banner}`}>
          {t("noChannels")} <Link href="/settings">{t("addChannel")}</Link>
        </p>
      )}
      <section className={styles.open} aria-labelledby="open-incidents">
        <h2 id="open-incidents">
          {t("open")} <small>{String(view.open.length)}</small>
        </h2>
        {view.open.length === 0 && <p className={styles.none}>{t("noneOpen")}</p>}
        {view.open.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} acts={acts} channels={view.channels} />
        ))}
      </section>
      <Mutes mutes={view.mutes} names={namesOf(view)} onEnd={(id) => void acts.unmute(id)} />
      <History incidents={view.recent} channels={view.channels} />
      <Deliveries view={view} onRetry={(id) => void acts.retry(id)} />
    </main>
  );
}

const namesOf = ({ open, recent }: AlertsView): Map<string, string> =>
  new Map([...recent, ...open].map(({ run, runName }) => [run, runName]));

function History({ incidents, channels }: { incidents: readonly IncidentView[]; channels: AlertsView["channels"] }) {
  const t = useTranslations("alerts");
  const language = useLocale();
  if (incidents.length === 0) return null;
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="past-incidents">
      <h2 id="past-incidents">{t("history")}</h2>
      <ul className={styles.rows}>
        {incidents.map((incident) => (
          <li key={incident.id} className={styles.row} data-severity={incident.severity}>
            <span className={styles.glyph} aria-hidden="true">
              {GLYPH[incident.severity]}
            </span>
            <Link href={`/runs/${incident.run}/incidents/${incident.number}`}>{incident.title[language]}</Link>
            <span>{incident.runName}</span>
            <span className={styles.known}>
              <ToldOf incident={incident} channels={channels} />
            </span>
            <span className={styles.when}>
              <LocalTime at={incident.openedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
