"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { chooseTheme, systemIsDark, type Theme, themeAfter, useTheme } from "../_shell/theme.ts";
import { Icon } from "./icon.tsx";
import styles from "./theme-toggle.module.css";

/** Half a disc while the system decides, a sun or a moon once somebody has. `rendered`: what the server knew. */
const DRAWING: Record<Theme, ReactNode> = {
  system: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <path d="M8 2.4v11.2A5.6 5.6 0 0 0 8 2.4z" fill="currentColor" stroke="none" />
    </>
  ),
  light: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.4v1M8 13.6v1M1.4 8h1M13.6 8h1M3.3 3.3l.8.8M11.9 11.9l.8.8M12.7 3.3l-.8.8M4.1 11.9l-.8.8" />
    </>
  ),
  dark: <path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z" />,
};

export function ThemeToggle({ rendered }: { rendered: Theme }) {
  const t = useTranslations("shell.theme");
  const theme = useTheme(rendered);
  const label = `${t("label")}: ${t(theme)}`;
  return (
    <button
      type="button"
      className={styles.toggle}
      data-key="t"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(themeAfter(theme, systemIsDark()))}
    >
      <Icon>{DRAWING[theme]}</Icon>
    </button>
  );
}
