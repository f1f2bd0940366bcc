"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AlertsView } from "#lib/protocol/index.ts";
import button from "../_components/button.module.css";
import { Link } from "../_components/link.tsx";
import { LocalTime } from "../_components/local-time.tsx";
import panel from "../_components/panel.module.css";
import { Segmented } from "../_components/segmented.tsx";
import styles from "./alerts.module.css";

type Shown = "all" | "dead";

/** The newest messages and how each went; those that never arrived can be tried again. */
export function Deliveries({ view, onRetry }: { view: AlertsView; onRetry: (id: number) => void }) {
  const t = useTranslations("alerts");
  const [shown, setShown] = useState<Shown>("all");
  const rows = shown === "dead" ? view.dead : view.deliveries;
  return (
    <section id="deliveries" className={`${panel.panel} ${styles.section}`} aria-labelledby="deliveries-title">
      <div className={styles.head}>
        <h2 id="deliveries-title">{t("deliveries")}</h2>
        <Segmented<Shown>
          label={t("deliveries")}
          value={shown}
          onChange={setShown}
          options={[
            { value: "all", label: t("all") },
            { value: "dead", label: t("dead", { count: String(view.dead.length) }) },
          ]}
        />
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>{t(shown === "dead" ? "noneDead" : "noneSent")}</p>
      ) : (
        <ul className={styles.rows}>
          {rows.map(({ id, channel, state, at, tries, error, run, subject }) => (
            <li key={id} className={styles.row} data-severity={state === "dead" ? "critical" : undefined}>
              <span className={styles.kind}>{view.channels[channel] ?? channel}</span>
              <Link href={`/runs/${run}`} lang="en">
                {subject}
              </Link>
              <span className={styles.known}>
                {t(`delivery.${state}`)}
                {tries > 1 && ` ${t("tries", { count: tries })}`}
                {error !== null && state !== "sent" && <span lang="en">{` ${error}`}</span>}
              </span>
              <span className={styles.when}>
                <LocalTime at={at} />
              </span>
              {state === "dead" && (
                <button type="button" className={button.button} onClick={() => onRetry(id)}>
                  {t("retry")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
