"use client";
import { useTranslations } from "use-intl";
import { Icon } from "../_components/icon.tsx";
import { find } from "./find.ts";
import styles from "./find-button.module.css";
import { Shortcut } from "./shortcut.tsx";

/** Looks like a field and opens the palette, which is one. */
export function FindButton() {
  const t = useTranslations("shell");
  return (
    <button
      type="button"
      className={styles.find}
      aria-label={t("find")}
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={find}
    >
      <Icon>
        <circle cx="7" cy="7" r="4.2" />
        <path d="m10.2 10.2 3.6 3.6" />
      </Icon>
      <span className={styles.text}>{t("find")}</span>
      <span className={styles.keys}>
        <Shortcut entry={{ keys: ["k"], with: "Mod" }} />
      </span>
    </button>
  );
}
