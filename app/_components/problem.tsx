"use client";
import { useTranslations } from "use-intl";
import buttons from "./button.module.css";
import { Link } from "./link.tsx";
import styles from "./problem.module.css";

type Props = { title: string; text: string; act?: { label: string; run: () => void } };

/** A page that cannot be shown: what happened and where to go. */
export function Problem({ title, text, act }: Props) {
  const t = useTranslations("problem");
  return (
    <main id="main" className={styles.problem}>
      <h1>{title}</h1>
      <p>{text}</p>
      <div className={styles.acts}>
        {act && (
          <button type="button" className={buttons.primary} onClick={act.run}>
            {act.label}
          </button>
        )}
        <Link className={buttons.button} href="/">
          {t("toRuns")}
        </Link>
      </div>
    </main>
  );
}
