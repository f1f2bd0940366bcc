"use client";
import { useLocale, useTranslations } from "use-intl";
import { useConnectionStatus } from "../_live/index.ts";
import styles from "./connection-bar.module.css";
import { formatClock } from "./local-time.tsx";

/** Says that the server is out of reach, and from when the page is. It goes by itself. */
export function ConnectionBar() {
  const t = useTranslations("app");
  const language = useLocale();
  const status = useConnectionStatus();
  return (
    <div role="status">
      {status.kind === "lost" && (
        <p className={styles.bar}>
          <span className={styles.mark} aria-hidden="true" />
          {t("notConnected", { clock: formatClock(status.since, Date.now(), language) })}
        </p>
      )}
    </div>
  );
}
