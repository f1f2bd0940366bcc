"use client";
import { useTranslations } from "use-intl";
import button from "../_components/button.module.css";
import { Link } from "../_components/link.tsx";
import panel from "../_components/panel.module.css";
import styles from "./channel-settings.module.css";

/** What is worth an alert has a page of its own. */
export function RulesLink() {
  const t = useTranslations("rules");
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-label={t("toRules")}>
      <h2>{t("toRules")}</h2>
      <p className={styles.about}>{t("toRulesText")}</p>
      <p>
        <Link className={button.button} href="/alerts/rules">
          {t("openRules")}
        </Link>
      </p>
    </section>
  );
}
