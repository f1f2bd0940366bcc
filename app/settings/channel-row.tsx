"use client";
import { useRouter } from "next/navigation.js";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ChannelView } from "#lib/protocol/index.ts";
import { Age } from "../_components/age.tsx";
import button from "../_components/button.module.css";
import styles from "./channel-settings.module.css";
import { post } from "./post.ts";

/** One channel: what it is, how the last delivery went, and a test. */
export function ChannelRow({ channel }: { channel: ChannelView }) {
  const t = useTranslations("settings");
  const router = useRouter();
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const test = async (): Promise<void> => {
    setBusy(true);
    const refused = await post(`/api/v1/channels/${channel.id}/test`, {});
    setOutcome(refused === null ? { ok: true, text: t("arrived") } : { ok: false, text: refused });
    setBusy(false);
  };
  const remove = async (): Promise<void> => {
    const refused = await post(`/api/v1/channels/${channel.id}/remove`, {});
    if (refused === null) router.refresh();
    else setOutcome({ ok: false, text: refused });
  };
  return (
    <li className={styles.row}>
      <strong>{channel.kind === "slack" ? "Slack" : "Webhook"}</strong>
      <span className={styles.host}>{channel.host}</span>
      <span className={styles.last}>
        <LastDelivery channel={channel} />
      </span>
      <span role="status" className={outcome?.ok ? styles.ok : styles.problem}>
        {outcome?.text}
      </span>
      <button type="button" className={button.button} onClick={test} disabled={busy}>
        {t("test")}
      </button>
      {channel.fixed ? (
        <span className={styles.fixed}>{t("fixed")}</span>
      ) : (
        <button type="button" className={button.button} onClick={remove}>
          {t("remove")}
        </button>
      )}
    </li>
  );
}

function LastDelivery({ channel: { last } }: { channel: ChannelView }) {
  const t = useTranslations("settings");
  if (last === null) return t("unused");
  if (last.state === "sent") return <Age at={last.at} text={(age) => t("lastSent", { age })} />;
  return <Age at={last.at} text={(age) => t("lastFailed", { age, error: last.error ?? "" })} />;
}
