"use client";
import { type FormEvent, useId, useState, useSyncExternalStore } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatStep } from "#lib/core/index.ts";
import { faultWords, PATTERN_CHARS, type RunView } from "#lib/protocol/index.ts";
import button from "../../../_components/button.module.css";
import { Command } from "../../../_components/command.tsx";
import { send } from "../../../settings/send.ts";
import { quoted } from "../quoted.ts";
import { CapturedTable } from "./captured-table.tsx";
import { MatchedLines } from "./matched-lines.tsx";
import styles from "./pattern.module.css";
import { exampleFor, previewOf } from "./preview.ts";

const LINES_SHOWN = 12;

type Outcome = { pattern: string; refused: string | null };

/** A person's own format, tried on the newest lines as it is typed, and applied. */
export function Pattern({ run }: { run: RunView }) {
  const t = useTranslations("pattern");
  const language = useLocale() as "en" | "zh-CN";
  const ids = { field: useId(), status: useId() };
  const [pattern, setPattern] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const example = exampleFor(run.log);
  const preview = pattern === "" ? null : previewOf(pattern, run.log);
  const fault = preview && "code" in preview ? preview : null;
  const shown = preview && !("code" in preview) ? preview : null;
  const applied = outcome?.pattern === pattern ? outcome : null;
  const apply = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const refused = await send("POST", `/api/v1/runs/${run.id}/pattern`, { pattern });
    setOutcome({ pattern, refused: refused === "" ? t("noAnswer") : refused });
  };
  return (
    <form className={styles.form} onSubmit={apply}>
      <h3>{t("title")}</h3>
      <p>{t("about", { loss: "(?<loss>…)", step: "(?<step>…)", joint: "__", slash: "/" })}</p>
      <label className={styles.label} htmlFor={ids.field}>
        {t("field")}
      </label>
      <input
        id={ids.field}
        className={styles.field}
        value={pattern}
        onChange={(event) => setPattern(event.target.value)}
        placeholder={example}
        maxLength={PATTERN_CHARS}
        aria-invalid={fault !== null}
        aria-describedby={ids.status}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        lang="en"
      />
      {pattern !== example && (
        <div className={styles.example}>
          <span className={styles.label}>{t("example")}</span>
          <code lang="en">{example}</code>
          <button type="button" className={button.button} onClick={() => setPattern(example)}>
            {t("useExample")}
          </button>
        </div>
      )}
      <p id={ids.status} role="status" className={styles.status} data-kind={fault ? "fault" : undefined}>
        {fault && t("fault", { ...faultWords(fault, language), place: String(fault.at + 1) })}
        {shown &&
          (shown.matched === 0
            ? t("none")
            : t("matched", { matched: formatStep(shown.matched), lines: formatStep(shown.lines.length) }))}
      </p>
      <div className={styles.lines}>
        <MatchedLines lines={(shown?.lines ?? run.log).slice(-LINES_SHOWN)} />
      </div>
      {shown && shown.newest.length > 0 && <CapturedTable captives={shown.newest} />}
      {shown && shown.matched > 0 && run.canReadAgain && (
        <div className={styles.apply}>
          <button type="submit" className={button.primary} disabled={applied?.refused === null}>
            {t("apply")}
          </button>
          <span role="status" className={styles.status} data-kind={applied?.refused ? "fault" : undefined}>
            {applied && (applied.refused ?? t("applied"))}
          </span>
        </div>
      )}
      {shown && (
        <>
          <p>{t(run.canReadAgain ? "command" : "commandAlone")}</p>
          <PatternCommand run={run} pattern={pattern} />
        </>
      )}
    </form>
  );
}

function PatternCommand({ run, pattern }: { run: RunView; pattern: string }) {
  const origin = useSyncExternalStore(
    () => () => {},
    () => window.location.origin,
    () => "",
  );
  const [verb, server]: [string, string[]] = run.canReadAgain ? ["watch", []] : ["tail", ["--server", origin]];
  const options = ["--pattern", quoted(pattern), ...server];
  return <Command command={["npm run -s curvewatch --", verb, quoted(run.path), ...options].join(" ")} />;
}
