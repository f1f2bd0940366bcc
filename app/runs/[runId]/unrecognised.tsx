"use client";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import { Command } from "../../_components/command.tsx";
import { FormatList } from "../../_components/format-list.tsx";
import panel from "../../_components/panel.module.css";
import { LogLines } from "./log-lines.tsx";
import styles from "./notice.module.css";

const LINES_SHOWN = 12;

/** Lines came, but none told a number: what was seen, what would be understood, and how to find out more. */
export function Unrecognised({ run }: { run: RunView }) {
  const t = useTranslations("unrecognised");
  return (
    <section className={`${panel.panel} ${styles.notice}`}>
      <h2>{t("title")}</h2>
      <p>{t("text", { read: run.linesRead })}</p>
      <div className={styles.lines}>
        <LogLines lines={run.log.slice(-LINES_SHOWN)} />
      </div>
      <p>{t("why")}</p>
      <Command command={`npm run -s curvewatch -- parse ${quoted(run.path)}`} />
      <h3>{t("formats")}</h3>
      <FormatList />
    </section>
  );
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
