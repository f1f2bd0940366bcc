"use client";
import { TextInput } from "@mantine/core";
import { useRouter } from "next/navigation.js";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import type { ChannelView } from "#lib/protocol/index.ts";
import { Age } from "../_components/age.tsx";
import button from "../_components/button.module.css";
import { Toggle } from "../_components/toggle.tsx";
import { LANGUAGE_NAME, LanguageField } from "./add-channel.tsx";
import { FIELD_CLASSES } from "./channel-field.tsx";
import styles from "./channel-settings.module.css";
import { send } from "./send.ts";

type Outcome = { ok: boolean; text: string };

/** One channel: what it is, how the last delivery went, a test, and what can be changed of it. */
export function ChannelRow({ channel }: { channel: ChannelView }) {
  const t = useTranslations("channels");
  const router = useRouter();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const [editing, setEditing] = useState(false);
  const path = `/api/v1/channels/${channel.id}`;
  /** @returns whether it was done */
  const ask = async (work: Promise<string | null>, done: string | null = null): Promise<boolean> => {
    const refused = await work;
    if (refused === null) setOutcome(done === null ? null : { ok: true, text: done });
    else setOutcome({ ok: false, text: refused === "" ? t("noAnswer") : refused });
    return refused === null;
  };
  const change = async (changed: Partial<Pick<ChannelView, "name" | "lang" | "enabled">>): Promise<boolean> => {
    const done = await ask(send("PATCH", path, changed));
    if (done) router.refresh();
    return done;
  };
  const test = async (): Promise<void> => {
    setBusy(true);
    await ask(send("POST", `${path}/test`), t("arrived"));
    setBusy(false);
  };
  const remove = async (): Promise<void> => {
    if (await ask(send("DELETE", path))) router.refresh();
  };
  return (
    <li className={styles.row} data-off={!channel.enabled || undefined}>
      <div className={styles.words}>
        <h3 className={styles.name}>{channel.name}</h3>
        <p>
          {t(`kind.${channel.kind}`)} <span className={styles.host}>{channel.host}</span>{" "}
          <span className={styles.lang}>{LANGUAGE_NAME[channel.lang]}</span>
        </p>
        <p className={styles.last}>
          <LastDelivery channel={channel} />
        </p>
      </div>
      <button type="button" className={button.button} onClick={test} disabled={busy}>
        {t("test")}
      </button>
      {channel.fixed ? (
        <span className={styles.fixed}>{t("fixed")}</span>
      ) : (
        <>
          <button type="button" className={button.button} aria-expanded={editing} onClick={() => setEditing(!editing)}>
            {t("edit")}
          </button>
          <button type="button" className={button.button} onClick={remove}>
            {t("remove")}
          </button>
          <Toggle
            label={t("tells", { name: channel.name })}
            checked={channel.enabled}
            onChange={(enabled) => change({ enabled })}
          />
        </>
      )}
      <span role="status" className={outcome?.ok ? styles.ok : styles.problem}>
        {outcome?.text}
      </span>
      {editing && (
        <ChannelEditor
          channel={channel}
          onSave={async (changed) => {
            if (await change(changed)) setEditing(false);
          }}
        />
      )}
    </li>
  );
}

type EditorProps = { channel: ChannelView; onSave: (changed: Pick<ChannelView, "name" | "lang">) => Promise<void> };

function ChannelEditor({ channel, onSave }: EditorProps) {
  const t = useTranslations("channels");
  const [name, setName] = useState(channel.name);
  const [lang, setLang] = useState(channel.lang);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    await onSave({ name: name.trim(), lang });
  };
  return (
    <form className={styles.editor} onSubmit={save} aria-label={t("editOf", { name: channel.name })}>
      <TextInput
        label={t("name")}
        value={name}
        required
        withAsterisk={false}
        maxLength={60}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
        classNames={FIELD_CLASSES}
      />
      <LanguageField value={lang} onChange={setLang} />
      <button type="submit" className={button.primary}>
        {t("save")}
      </button>
    </form>
  );
}

function LastDelivery({ channel: { last } }: { channel: ChannelView }) {
  const t = useTranslations("channels");
  if (last === null) return t("unused");
  if (last.error === null && last.state !== "sent") return t("lastSending");
  if (last.state === "sent") return <Age at={last.at} text={(age) => t("lastSent", { age })} />;
  return <Age at={last.at} text={(age) => t("lastFailed", { age, error: last.error ?? "" })} />;
}
