"use client";
import { useTranslations } from "use-intl";
import { formatStep, lastCheckpoint } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { Command } from "../../_components/command.tsx";
import styles from "./crash-note.module.css";

/** How a crashed run ended: the line that told it, and where it can go on from as far as its log says. */
export function CrashNote({ run }: { run: RunView }) {
  const t = useTranslations("tape.crash");
  if (run.state !== "failed") return null;
  const checkpoint = lastCheckpoint(run.log, run.format);
  return (
    <section className={styles.note} aria-label={t("label")}>
      {run.end && (
        <p className={styles.line}>
          <span>{t("line", { line: formatStep(run.end.line) })}</span> <code>{run.end.text}</code>
        </p>
      )}
      {checkpoint ? (
        <p>
          {t("checkpoint")} <code>{checkpoint.path}</code>
        </p>
      ) : (
        <p>{t("none")}</p>
      )}
      {checkpoint?.resume && (
        <div className={styles.resume}>
          <p>{t("resume")}</p>
          <Command command={checkpoint.resume} narrow />
        </div>
      )}
    </section>
  );
}
