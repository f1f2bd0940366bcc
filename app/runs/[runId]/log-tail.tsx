"use client";
import { useTranslations } from "use-intl";
import { formatStep } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { LogLines } from "./log-lines.tsx";
import styles from "./log-tail.module.css";
import { RailSection } from "./rail-section.tsx";

const LINES_SHOWN = 16;

export function LogTail({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const words = useTranslations("run");
  return (
    <RailSection title={t("log")} aside={<span className={styles.file}>{run.path.split(/[\\/]/).at(-1)}</span>}>
      {run.log.length === 0 ? (
        <p className={styles.note}>{t("noLines")}</p>
      ) : (
        <LogLines lines={run.log.slice(-LINES_SHOWN)} />
      )}
      <p className={styles.note}>
        {run.format && (
          <span>
            {t("format", { format: run.format })}
            {run.formatReason && <span lang="en">: {run.formatReason}</span>}
          </span>
        )}
        <span className="num">
          {t("lines", { parsed: formatStep(run.linesParsed), read: formatStep(run.linesRead) })}
        </span>
      </p>
      {run.gaps.map(({ at, records, reason }) => (
        <p key={at} className={styles.note} data-gap>
          {words("gaps", { records: formatStep(records), reason })}
        </p>
      ))}
    </RailSection>
  );
}
