"use client";
import { useRouter } from "next/navigation.js";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { ChannelView } from "#lib/protocol/index.ts";
import button from "../_components/button.module.css";
import panel from "../_components/panel.module.css";
import { Segmented } from "../_components/segmented.tsx";
import { ChannelRow } from "./channel-row.tsx";
import styles from "./channel-settings.module.css";
import { post } from "./post.ts";

/** Where alerts go. An address is sent to the server once and never shown again, only its host. */
export function ChannelSettings({ channels, children }: { channels: ChannelView[]; children: ReactNode }) {
  const t = useTranslations("settings");
  return (
    <main id="main" className={styles.screen}>
      <h1>{t("title")}</h1>
      <section className={`${panel.panel} ${styles.section}`} aria-label={t("channels")}>
        <h2>{t("channels")}</h2>
        <p className={styles.about}>{t("about")}</p>
        {channels.length === 0 ? (
          <p className={styles.none}>{t("none")}</p>
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

function AddChannel() {
  const t = useTranslations("settings");
  const router = useRouter();
  const [kind, setKind] = useState<ChannelView["kind"]>("slack");
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const refused = await post("/api/v1/channels", { kind, address: address.trim() });
    setProblem(refused);
    if (refused !== null) return;
    setAddress("");
    router.refresh();
  };
  return (
    <form className={styles.add} onSubmit={add}>
      <Segmented<ChannelView["kind"]>
        label={t("kind")}
        value={kind}
        onChange={setKind}
        options={[
          { value: "slack", label: "Slack" },
          { value: "webhook", label: "Webhook" },
        ]}
      />
      <input
        className={styles.address}
        type="url"
        required
        aria-label={t("address")}
        placeholder={kind === "slack" ? "https://hooks.slack.com/services/…" : "https://…"}
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        autoComplete="off"
      />
      <button type="submit" className={button.primary}>
        {t("add")}
      </button>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
