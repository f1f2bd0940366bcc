"use client";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import { Command } from "../../_components/command.tsx";
import { FormatList } from "../../_components/format-list.tsx";
import panel from "../../_components/panel.module.css";
import { Pattern } from "./_pattern/pattern.tsx";
import styles from "./notice.module.css";
import { quoted } from "./quoted.ts";

/** Lines came, but none told a number: what was seen, how to have it read, and what would be understood. */
export default function Unrecognised({ run }: { run: RunView }) {
  const t = useTranslations("unrecognised");
  return (
    <section className={`${panel.panel} ${styles.notice}`}>
      <h2>{t("title")}</h2>
      <p>{t("text", { read: run.linesRead })}</p>
      <Pattern run={run} />
      <p>{t("why")}</p>
      <Command command={`npm run -s curvewatch -- parse ${quoted(run.path)}`} />
      <h3>{t("formats")}</h3>
      <FormatList />
    </section>
  );
}
