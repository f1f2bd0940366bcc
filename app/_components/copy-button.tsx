"use client";
import { useClipboard } from "@mantine/hooks";
import { useTranslations } from "use-intl";
import styles from "./button.module.css";

type Props = {
  /** Plain ASCII, ready to be pasted. */
  value: string;
  /** What is copied, for those who do not see where the button stands. */
  label: string;
  className?: string | undefined;
  /** The key that presses it too. */
  shortcut?: string;
};

export function CopyButton({ value, label, className = "", shortcut }: Props) {
  const t = useTranslations("app");
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <button
      type="button"
      className={`${styles.button} ${className}`}
      data-key={shortcut}
      aria-label={`${t("copy")} ${label}`}
      onClick={() => clipboard.copy(value)}
    >
      <span aria-live="polite">{clipboard.copied ? t("copied") : t("copy")}</span>
    </button>
  );
}
