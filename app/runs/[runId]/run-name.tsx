"use client";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { RUN_LIMITS, type RunView } from "#lib/protocol/index.ts";
import { useRunEdits } from "../../_edits/edit-run.ts";
import styles from "./run-header.module.css";

type Props = { run: RunView; isNaming: boolean; setNaming: (isNaming: boolean) => void };

/** The run's name; by a double click, F2 or the menu it is renamed in place. Enter or leaving saves, Escape does not. */
export function RunName({ run, isNaming, setNaming }: Props) {
  const t = useTranslations("about");
  const { edit } = useRunEdits(run);
  const field = useRef<HTMLInputElement>(null);
  const given = useRef(false);
  useEffect(() => {
    given.current = false;
    if (isNaming) field.current?.select();
  }, [isNaming]);
  if (!isNaming) {
    return (
      <h1 title={run.name} onDoubleClick={() => setNaming(true)}>
        {run.name}
      </h1>
    );
  }
  const done = (name: string | null): void => {
    if (given.current) return;
    given.current = true;
    setNaming(false);
    const next = name?.trim();
    if (next !== undefined && next !== run.name) void edit({ name: next === "" ? null : next });
  };
  return (
    <h1>
      <input
        ref={field}
        className={styles.naming}
        defaultValue={run.name}
        maxLength={RUN_LIMITS.nameChars}
        aria-label={t("newName")}
        title={t("newName")}
        onBlur={(event) => done(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") done(null);
          if (event.key === "Enter") done(event.currentTarget.value);
        }}
      />
    </h1>
  );
}
