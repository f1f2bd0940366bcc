"use client";
import { NativeSelect, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation.js";
import { type FormEvent, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { CHANNEL_SETUPS, type ChannelField, type ChannelSetup, LANGUAGES, type Language } from "#lib/protocol/index.ts";
import button from "../_components/button.module.css";
import field from "./channel-field.module.css";
import { FIELD_CLASSES, SettingField } from "./channel-field.tsx";
import styles from "./channel-settings.module.css";
import { send } from "./send.ts";

const SETUPS = Object.keys(CHANNEL_SETUPS) as ChannelSetup[];

/** A new channel: what it needs, and beside it where that is found. */
export function AddChannel() {
  const t = useTranslations("channels");
  const router = useRouter();
  const page = useLocale();
  const [setup, setSetup] = useState<ChannelSetup>("slack");
  const [name, setName] = useState("");
  const [lang, setLang] = useState<Language>(page);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const { kind, fields } = CHANNEL_SETUPS[setup];
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const settings = Object.fromEntries(
      fields.map((one) => [one.name, (typed[one.name] ?? "").trim()] as const).filter(([, value]) => value !== ""),
    );
    const given = name.trim();
    const refused = await send("POST", "/api/v1/channels", { kind, lang, settings, ...(given && { name: given }) });
    setProblem(refused === "" ? t("noAnswer") : refused);
    if (refused !== null) return;
    setTyped({});
    setName("");
    router.refresh();
  };
  return (
    <form className={styles.add} onSubmit={add} aria-label={t("new")}>
      <h3 className={styles.new}>{t("new")}</h3>
      <div className={styles.fields}>
        <NativeSelect
          label={t("kindLabel")}
          value={setup}
          data={SETUPS.map((one) => ({ value: one, label: setupName(one, t) }))}
          onChange={(event) => {
            setSetup(event.currentTarget.value as ChannelSetup);
            setTyped({});
            setProblem(null);
          }}
          classNames={{ ...FIELD_CLASSES, section: field.arrow }}
        />
        <TextInput
          label={t("optional", { field: t("name") })}
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
          classNames={FIELD_CLASSES}
        />
        <LanguageField value={lang} onChange={setLang} />
        {(fields as readonly ChannelField[]).map((one) => (
          <SettingField
            key={`${setup} ${one.name}`}
            field={one}
            value={typed[one.name] ?? ""}
            onType={(value) => setTyped({ ...typed, [one.name]: value })}
          />
        ))}
        <div className={styles.acts}>
          <button type="submit" className={button.primary}>
            {t("add")}
          </button>
          {problem !== null && (
            <p className={styles.problem} role="alert">
              {problem}
            </p>
          )}
        </div>
      </div>
      <Guide setup={setup} />
    </form>
  );
}

/** Each by its own name. */
export const LANGUAGE_NAME: Record<Language, string> = { en: "English", "zh-CN": "中文" };

/** Language of a channel's messages. */
export function LanguageField({ value, onChange }: { value: Language; onChange: (value: Language) => void }) {
  const t = useTranslations("channels");
  return (
    <NativeSelect
      label={t("messagesIn")}
      value={value}
      data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAME[one] }))}
      onChange={(event) => onChange(event.currentTarget.value as Language)}
      classNames={{ ...FIELD_CLASSES, section: field.arrow }}
    />
  );
}

/** Where a person finds what is asked for, step by step. */
function Guide({ setup }: { setup: ChannelSetup }) {
  const t = useTranslations("channels");
  const steps = t(`guide.${setup}`).split("\n");
  return (
    <section className={styles.guide} aria-label={t("guideTitle")}>
      <h4 className={styles.guideTitle}>{t("guideTitle")}</h4>
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}

function setupName(setup: ChannelSetup, t: ReturnType<typeof useTranslations<"channels">>): string {
  return setup === "slackBot" ? t("slackBot") : t(`kind.${CHANNEL_SETUPS[setup].kind}`);
}
