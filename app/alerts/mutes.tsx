"use client";
import { useTranslations } from "use-intl";
import type { Mute } from "#lib/protocol/index.ts";
import { MutedUntil } from "../_alerts/muted-until.tsx";
import button from "../_components/button.module.css";
import panel from "../_components/panel.module.css";
import styles from "./alerts.module.css";

type Props = {
  mutes: readonly Mute[];
  /** Of runs, by id. */
  names: ReadonlyMap<string, string>;
  onEnd: (id: string) => void;
};

/** What nobody is told of, and until when; nothing at all when all is told. */
export function Mutes({ mutes, names, onEnd }: Props) {
  const t = useTranslations("alerts");
  if (mutes.length === 0) return null;
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-labelledby="mutes">
      <h2 id="mutes">{t("muted")}</h2>
      <ul className={styles.rows}>
        {mutes.map(({ id, scope: { kind, value }, until, reason }) => {
          const name = kind === "run" ? (names.get(value) ?? value) : value;
          return (
            <li key={id} className={styles.row}>
              <span className={styles.kind}>{t(`scope.${kind}`)}</span>
              <span>{name}</span>
              <span className={styles.known}>
                <MutedUntil until={until ?? "always"} /> {reason}
              </span>
              <button
                type="button"
                className={button.button}
                aria-label={t("endMuteOf", { name })}
                onClick={() => onEnd(id)}
              >
                {t("endMute")}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
