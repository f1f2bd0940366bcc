"use client";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useLocale, useTranslations } from "use-intl";
import { formatDuration } from "#lib/core/index.ts";
import type { IncidentView } from "#lib/protocol/index.ts";
import button from "../_components/button.module.css";
import panel from "../_components/panel.module.css";
import styles from "./confirm.module.css";
import { minutesOf } from "./spans.ts";
import { useActs } from "./use-acts.ts";

const ACTS = ["mute", "ack", "snooze"] as const;
const PARSERS = { act: parseAsStringLiteral(ACTS), for: parseAsString };
const HOUR = 60;

type Props = {
  run: string;
  name: string;
  /** What "ack" and "snooze" are about; null where there is none. */
  incident: Pick<IncidentView, "id" | "state"> | null;
};

/** A link in a message asked for something: a link changes nothing by itself, so it is asked for once more here. */
export function Confirm({ run, name, incident }: Props) {
  const t = useTranslations("alerts");
  const language = useLocale();
  const [{ act, for: span }, setAsked] = useQueryStates(PARSERS, { history: "replace", shallow: false });
  const acts = useActs();
  if (act === null || (act !== "mute" && incident === null)) return null;
  const minutes = minutesOf(span) ?? HOUR;
  const time = formatDuration(minutes * 60_000, language);
  const done = (): void => void setAsked({ act: null, for: null });
  const answer = {
    mute: () => acts.muteRun(run, minutes),
    ack: () => acts.acknowledge(incident!.id, true),
    snooze: () => acts.snooze(incident!.id, minutes),
  }[act];
  const isOver = act !== "mute" && incident?.state === "resolved";
  return (
    <section className={`${panel.panel} ${styles.confirm}`} aria-label={t(`ask.${act}`, { name, time })}>
      <p>{isOver ? t("isOver") : t(`ask.${act}`, { name, time })}</p>
      {!isOver && (
        <button type="button" className={button.primary} onClick={async () => (await answer()) && done()}>
          {t(`confirm.${act}`, { time })}
        </button>
      )}
      <button type="button" className={button.button} onClick={done}>
        {t(isOver ? "close" : "cancel")}
      </button>
    </section>
  );
}
