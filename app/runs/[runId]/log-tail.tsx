"use client";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { formatStep } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import button from "../../_components/button.module.css";
import { CopyButton } from "../../_components/copy-button.tsx";
import { LogReader } from "./log-reader.tsx";
import styles from "./log-tail.module.css";
import { RailSection } from "./rail-section.tsx";
import { Sheet } from "./sheet.tsx";

/** The newest lines as the trainer wrote them, and what the reader made of them. */
export function LogTail({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const [opened, { open, close }] = useDisclosure(false);
  const file = run.path.split(/[\\/]/).at(-1) ?? run.path;
  return (
    <RailSection
      title={t("log")}
      aside={<span className={styles.file}>{file}</span>}
      action={
        run.log.length > 0 && (
          <button type="button" onClick={open}>
            {t("logOpen")}
          </button>
        )
      }
    >
      {run.log.length === 0 ? <p className={styles.note}>{t("noLines")}</p> : <LogReader lines={run.log} />}
      <ReadAs run={run} />
      <Sheet title={`${t("log")} ${file}`} opened={opened} onClose={close} place="centre">
        <WholeLog run={run} />
      </Sheet>
    </RailSection>
  );
}

function WholeLog({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const [wrap, setWrap] = useState(true);
  return (
    <div className={styles.whole}>
      <div className={styles.tools}>
        <button type="button" className={button.button} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          {t("logWrap")}
        </button>
        <CopyButton value={run.log.map(({ text }) => text).join("\n")} label={t("log")} />
      </div>
      <LogReader lines={run.log} wrap={wrap} tall />
      <ReadAs run={run} />
    </div>
  );
}

/** By which format the lines were read, why, and how many gave numbers; and what is missing. */
function ReadAs({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const words = useTranslations("run");
  return (
    <>
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
        {run.log.length > 0 && run.log.length < run.linesRead && (
          <span>{t("newestLines", { count: String(run.log.length) })}</span>
        )}
      </p>
      {run.gaps.map(({ at, records, reason }) => (
        <p key={at} className={styles.note} data-gap>
          {words("gaps", { records: formatStep(records), reason })}
        </p>
      ))}
    </>
  );
}
