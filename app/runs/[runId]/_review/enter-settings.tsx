"use client";
import { NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import type { ConfigView, ReviewItem } from "#lib/protocol/index.ts";
import button from "../../../_components/button.module.css";
import styles from "./review.module.css";
import { configOf, type Entry, fieldOf, isSetting, readEntry, type SettingKey } from "./settings-fields.ts";
import type { RunConfig } from "./use-config.ts";

const SHOWN_AT_ONCE = 6;

type Props = { unknown: readonly ReviewItem[]; config: ConfigView; enter: RunConfig["enter"] };

/** What the log does not tell and a person may know, the settings that most checks wait for first. */
export function EnterSettings({ unknown, config, enter }: Props) {
  const t = useTranslations("review");
  const [typed, setTyped] = useState<ReadonlyMap<SettingKey, string>>(new Map());
  const [showsAll, setShowsAll] = useState(false);
  const [tried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const keys = waitedFor(unknown).filter((key) => config[key]?.source !== "hand");
  const shown = keys.filter((key, i) => showsAll || i < SHOWN_AT_ONCE || typed.has(key));
  if (keys.length === 0) return null;

  const entries = [...typed]
    .filter(([, text]) => text.trim() !== "")
    .map(([key, text]) => [key, readEntry(key, text)] as const);
  const type = (key: SettingKey, text: string): void => {
    setTyped(new Map(typed).set(key, text));
    setOutcome(null);
  };
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    setTried(true);
    const values = new Map(
      entries.flatMap(([key, entry]) => (entry.kind === "value" ? [[key, entry.value] as const] : [])),
    );
    if (values.size < entries.length) {
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (values.size === 0) {
      setOutcome(t("nothingEntered"));
      return;
    }
    setBusy(true);
    const refused = await enter(configOf(values));
    setBusy(false);
    setOutcome(refused === null ? t("judgedAnew") : refused === "" ? t("noAnswer") : refused);
    if (refused !== null) return;
    setTyped(new Map());
    setTried(false);
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-label={t("enter")} noValidate>
      <p>{t("enterText")}</p>
      {shown.map((key) => (
        <Field
          key={key}
          name={key}
          text={typed.get(key) ?? ""}
          problem={tried ? problemOf(entries.find(([one]) => one === key)?.[1]) : null}
          onType={(text) => type(key, text)}
        />
      ))}
      <div className={styles.acts}>
        <button type="submit" className={button.primary} disabled={busy}>
          {t("judge")}
        </button>
        {shown.length < keys.length && (
          <button type="button" className={button.button} onClick={() => setShowsAll(true)}>
            {t("moreSettings", { count: String(keys.length - shown.length) })}
          </button>
        )}
      </div>
      <p className={styles.outcome} role="status">
        {outcome}
      </p>
    </form>
  );
}

type Problem = "number" | "whole" | "range";
const problemOf = (entry: Entry | undefined): Problem | null => (entry?.kind === "wrong" ? entry.problem : null);

/** By how many checks wait for each. */
function waitedFor(unknown: readonly ReviewItem[]): SettingKey[] {
  const waiting = new Map<SettingKey, number>();
  for (const { missing = [] } of unknown) {
    for (const key of missing) if (isSetting(key)) waiting.set(key, (waiting.get(key) ?? 0) + 1);
  }
  return [...waiting].sort((a, b) => b[1] - a[1]).map(([key]) => key);
}

type FieldProps = { name: SettingKey; text: string; problem: Problem | null; onType: (text: string) => void };

function Field({ name, text, problem, onType }: FieldProps) {
  const t = useTranslations("review");
  const field = fieldOf(name);
  const shared = {
    label: t(`setting.${name}`),
    name,
    value: text,
    classNames: { root: styles.field, label: styles.label, input: styles.input, error: styles.problem },
  };
  if (field.kind === "flag" || field.kind === "choice") {
    const options = field.kind === "flag" ? ["true", "false"] : field.options;
    const words = (option: string): string =>
      name === "stage" ? t(`stage.${option as "pt"}`) : field.kind === "flag" ? t(`flag.${option as "true"}`) : option;
    return (
      <NativeSelect
        {...shared}
        classNames={{ ...shared.classNames, section: styles.arrow }}
        data={[{ value: "", label: t("notTold") }, ...options.map((value) => ({ value, label: words(value) }))]}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    );
  }
  const { least, most } = field.kind === "number" ? field : { least: "", most: "" };
  const bounds = { least: String(least), most: String(most) };
  return (
    <TextInput
      {...shared}
      inputMode={field.kind === "number" ? "decimal" : "text"}
      autoComplete="off"
      spellCheck={false}
      error={problem && t(`wrong.${problem}`, bounds)}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}

/** What people have entered goes over what the log told, so it is always in sight, and can be taken back. */
export function ByHand({ config, enter }: { config: ConfigView; enter: RunConfig["enter"] }) {
  const t = useTranslations("review");
  const [problem, setProblem] = useState<string | null>(null);
  const entered = Object.entries(config).filter(([, { source }]) => source === "hand");
  if (entered.length === 0) return null;
  const remove = async (key: string): Promise<void> => {
    const refused = await enter({ [key]: null });
    setProblem(refused === "" ? t("noAnswer") : refused);
  };
  return (
    <section className={styles.byHand} aria-label={t("byHand")}>
      <h3>{t("byHand")}</h3>
      <ul>
        {entered.map(([key, { value }]) => {
          const name = isSetting(key) ? t(`setting.${key}`) : key;
          return (
            <li key={key}>
              <span>{name}</span>
              <span className="num">{String(value)}</span>
              <button
                type="button"
                className={button.button}
                aria-label={t("removeSetting", { name })}
                onClick={() => remove(key)}
              >
                {t("remove")}
              </button>
            </li>
          );
        })}
      </ul>
      {problem && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
