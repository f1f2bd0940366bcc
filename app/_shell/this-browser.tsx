"use client";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import button from "../_components/button.module.css";
import panel from "../_components/panel.module.css";
import { Segmented } from "../_components/segmented.tsx";
import { LanguageChoice } from "../_components/top-bar.tsx";
import { notify } from "./notify.ts";
import { startTelling, stopTelling, useTelling } from "./permission.ts";
import { chooseSingleKeys, useSingleKeys } from "./single-keys.ts";
import { chooseTheme, THEMES, type Theme, useTheme } from "./theme.ts";
import styles from "./this-browser.module.css";

/** What is kept in this browser alone: how pages look, which keys they hear, and whether it tells of incidents. */
export function ThisBrowser({ theme }: { theme: Theme }) {
  const t = useTranslations("shell");
  const app = useTranslations("app");
  const chosen = useTheme(theme);
  const singleKeys = useSingleKeys();
  return (
    <section id="this-browser" className={`${panel.panel} ${styles.section}`} aria-label={t("browser.title")}>
      <h2>{t("browser.title")}</h2>
      <Row title={t("theme.label")}>
        <Segmented<Theme>
          label={t("theme.label")}
          value={chosen}
          onChange={chooseTheme}
          options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        />
      </Row>
      <Row title={app("language")}>
        <LanguageChoice />
      </Row>
      <Row title={t("browser.keys")} text={t("browser.keysText")}>
        <Segmented<"on" | "off">
          label={t("browser.keys")}
          value={singleKeys ? "on" : "off"}
          onChange={(value) => chooseSingleKeys(value === "on")}
          options={[
            { value: "on", label: t("browser.on") },
            { value: "off", label: t("browser.off") },
          ]}
        />
      </Row>
      <Telling />
    </section>
  );
}

function Telling() {
  const t = useTranslations("shell.browser");
  const telling = useTelling();
  const [refused, setRefused] = useState(false);
  const test = (): void =>
    setRefused(!notify(t("testTitle"), { body: t("testText"), tag: "cw-test", path: "/settings" }));
  const possible = telling === "on" || telling === "off";
  return (
    <Row title={t("tell")} text={t("tellText")}>
      <p role="status" className={styles.state} data-telling={telling}>
        {telling !== null && t(refused ? "state.refused" : `state.${telling}`)}
      </p>
      {possible && (
        <button
          type="button"
          className={telling === "off" ? button.primary : button.button}
          onClick={telling === "off" ? () => void startTelling() : stopTelling}
        >
          {telling === "off" ? t("start") : t("stop")}
        </button>
      )}
      {telling === "on" && (
        <button type="button" className={button.button} onClick={test}>
          {t("test")}
        </button>
      )}
    </Row>
  );
}

function Row({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <h3>{title}</h3>
        {text && <p>{text}</p>}
      </div>
      <div className={styles.acts}>{children}</div>
    </div>
  );
}
