"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { ChannelView } from "#lib/protocol/index.ts";
import panel from "../_components/panel.module.css";
import { AddChannel } from "./add-channel.tsx";
import { ChannelRow } from "./channel-row.tsx";
import styles from "./channel-settings.module.css";

/** Where alerts go. What is secret of a channel is sent to the server once and never shown again, only where it leads. */
export function ChannelSettings({ channels, children }: { channels: ChannelView[]; children: ReactNode }) {
  const t = useTranslations();
  return (
    <main id="main" className={styles.screen}>
      <h1>{t("settings.title")}</h1>
      <section className={`${panel.panel} ${styles.section}`} aria-label={t("settings.channels")}>
        <h2>{t("settings.channels")}</h2>
        <p className={styles.about}>{t("channels.about")}</p>
        {channels.length === 0 ? (
          <p className={styles.none}>{t("channels.none")}</p>
        ) : (
          <ul className={styles.list}>
            {channels.map((channel) => (
              <ChannelRow key={channel.id} channel={channel} />
            ))}
          </ul>
        )}
        <AddChannel />
      </section>
      {children}
    </main>
  );
}
