"use client";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConfigView } from "#lib/protocol/index.ts";
import styles from "./review.module.css";

/** Every setting that was read, as the trainer calls it. */
export function ConfigList({ config }: { config: ConfigView }) {
  const t = useTranslations("review");
  const [sought, setSought] = useState("");
  const all = Object.entries(config).sort(([a], [b]) => a.localeCompare(b));
  if (all.length === 0) return null;
  const needle = sought.trim().toLowerCase();
  const found = all.filter(([key, { value }]) => `${key} ${value}`.toLowerCase().includes(needle));
  return (
    <details className={styles.fold}>
      <summary>{t("configRead", { count: all.length })}</summary>
      <TextInput
        type="search"
        aria-label={t("configSearch")}
        placeholder={t("configSearch")}
        value={sought}
        onChange={(event) => setSought(event.currentTarget.value)}
        classNames={{ root: styles.searchField, input: styles.input }}
      />
      {found.length === 0 && <p className={styles.nothing}>{t("configNothing")}</p>}
      {/* A box that scrolls is reached by keyboard. */}
      <section
        className={styles.configBox}
        aria-label={t("configList")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
      >
        <dl className={styles.config} lang="en">
          {found.map(([key, { value, source }]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                {String(value)}
                {source === "hand" && <span className={styles.hand}>{t("handMark")}</span>}
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </details>
  );
}
