"use client";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import { GhostStrip } from "../../_components/ghost-strip.tsx";
import { Icon } from "../../_components/icon.tsx";
import panel from "../../_components/panel.module.css";
import { StateMark } from "../../_components/state-mark.tsx";
import styles from "./notice.module.css";

/** The log is named but not there yet, or a program has made its run and sent nothing yet. */
export function Waiting({ run }: { run: RunView }) {
  const t = useTranslations("waiting");
  const steps = useTranslations("tape.waiting");
  return (
    <section className={`${panel.panel} ${styles.notice}`}>
      <h2>
        <StateMark state="waiting" />
        {t(run.pushed ? "pushTitle" : "title")}
      </h2>
      <p className={styles.path}>
        {run.path} <span className={styles.host}>{t("host", { host: run.host })}</span>
      </p>
      <p>{t(run.pushed ? "pushText" : "text")}</p>
      <ol className={styles.steps}>
        <li data-done>
          <Icon>
            <path d="M2.5 8.5 6 12l7.5-8" />
          </Icon>
          {steps("listening")}
        </li>
        <li>
          <StateMark state="waiting" />
          {steps("log")}
        </li>
        <li data-later>
          <span />
          {steps("line")}
        </li>
        <li data-later>
          <span />
          {steps("verdict")}
          <span className="num">{steps("about")}</span>
        </li>
      </ol>
      <div className={styles.ghost}>
        <GhostStrip />
      </div>
    </section>
  );
}
