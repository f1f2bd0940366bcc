"use client";
import { useTranslations } from "use-intl";
import { Icon } from "./icon.tsx";
import { rememberChoice } from "./preference-cookie.ts";
import styles from "./theme-toggle.module.css";

/** The theme is a style sheet's matter: an attribute on the root and a cookie are all it takes. */
export function ThemeToggle() {
  const t = useTranslations("app");
  return (
    <button type="button" className={styles.toggle} aria-label={t("theme")} title={t("theme")} onClick={switchTheme}>
      <Icon>
        <circle cx="8" cy="8" r="5.6" />
        <path d="M8 2.4v11.2A5.6 5.6 0 0 0 8 2.4z" fill="currentColor" stroke="none" />
      </Icon>
    </button>
  );
}

function switchTheme(): void {
  const root = document.documentElement;
  const current = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = current === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  rememberChoice("cw-theme", next);
}
