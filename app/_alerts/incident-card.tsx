"use client";
import { useLocale, useTranslations } from "use-intl";
import type { IncidentView, Severity } from "#lib/protocol/index.ts";
import { Age } from "../_components/age.tsx";
import button from "../_components/button.module.css";
import { firstSentence } from "../_components/first-sentence.ts";
import { Link } from "../_components/link.tsx";
import { LocalTime } from "../_components/local-time.tsx";
import { Numbers } from "../_components/numbers.tsx";
import panel from "../_components/panel.module.css";
import styles from "./incident-card.module.css";
import { MutedUntil } from "./muted-until.tsx";
import { SpanMenu } from "./span-menu.tsx";
import type { Acts } from "./use-acts.ts";

/** As in messages: what has no colour says how bad it is by a sign. */
export const GLYPH: Record<Severity, string> = {
  good: "\u25cf",
  note: "\u25cb",
  caution: "\u25b2",
  critical: "\u25c6",
};

type Props = {
  incident: IncidentView;
  acts: Acts;
  channels: Readonly<Record<string, string>>;
  /** Of what it stands under. */
  heading?: "h2" | "h3";
};

/** An open incident: what it is, who knows of it, and what can be done about it. */
export function IncidentCard({ incident, acts, channels, heading: Heading = "h3" }: Props) {
  const t = useTranslations("alerts");
  const language = useLocale();
  const { id, run, runName, number, severity, title, ack, snoozedUntil, mutedUntil, alerts, openedAt } = incident;
  const worst = alerts.find((alert) => alert.severity === severity) ?? alerts[0];
  const name = `${title[language]}: ${runName}`;
  return (
    <article className={`${panel.panel} ${styles.card}`} data-severity={severity} aria-label={name}>
      <Heading>
        <span className={styles.glyph} aria-hidden="true">
          {GLYPH[severity]}
        </span>
        <Link href={`/runs/${run}/incidents/${number}`}>{title[language]}</Link>
        <Link className={styles.run} href={`/runs/${run}`}>
          {runName}
        </Link>
        <small>
          <Age at={openedAt} text={(age) => t("ago", { age })} />
        </small>
      </Heading>
      {worst && (
        <p>
          <Numbers text={worst.text[language]} />
        </p>
      )}
      {worst && worst.advice[language] !== "" && <b>{firstSentence(worst.advice[language]).act}</b>}
      <p className={styles.known}>
        {alerts.length > 1 && <span>{t("alertsIn", { count: alerts.length })}</span>}
        <ToldOf incident={incident} channels={channels} />
        {ack && (
          <span>
            {t("onIt", { by: ack.by ?? t("somebody") })} <LocalTime at={ack.at} />
          </span>
        )}
        {snoozedUntil !== null && (
          <span>
            {t("snoozedUntil")} <LocalTime at={snoozedUntil} />
          </span>
        )}
        {mutedUntil !== null && <MutedUntil until={mutedUntil} />}
      </p>
      <div className={styles.acts}>
        <button
          type="button"
          className={button.button}
          aria-pressed={ack !== null}
          onClick={() => void acts.acknowledge(id, ack === null)}
        >
          {t("takeIt")}
        </button>
        <SpanMenu label={t("snoozeOf", { name })} onChoose={(minutes) => void acts.snooze(id, minutes ?? 0)}>
          {t("snooze")}
        </SpanMenu>
        <SpanMenu label={t("muteRun", { name: runName })} isEndless onChoose={(span) => void acts.muteRun(run, span)}>
          {t("mute")}
        </SpanMenu>
        <button type="button" className={button.button} onClick={() => void acts.resolve(id)}>
          {t("resolve")}
        </button>
      </div>
    </article>
  );
}

/** Which channels know of it; or that none does, and why. */
export function ToldOf({ incident: { alerts }, channels }: Pick<Props, "incident" | "channels">) {
  const t = useTranslations("alerts");
  const sent = alerts.flatMap(({ told }) => told).filter(({ state }) => state === "sent" || state === "digested");
  const latest = new Map(sent.map(({ channel, at }) => [channel, at]));
  if (latest.size > 0) {
    return [...latest].map(([channel, at]) => (
      <span key={channel}>
        {channels[channel] ?? channel} <LocalTime at={at} />
      </span>
    ));
  }
  const [first] = alerts;
  if (first?.untold) return <span>{t(`untold.${first.untold}`)}</span>;
  if (first?.state === "pending") return <span>{t("pending")}</span>;
  return <span>{t(first && first.told.length > 0 ? "onItsWay" : "toldNobody")}</span>;
}
