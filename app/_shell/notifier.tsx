"use client";
import { useEffect } from "react";
import { useLocale, useTranslations } from "use-intl";
import { VERDICTS } from "#lib/protocol/index.ts";
import { onChange } from "../_live/index.ts";
import { newsOf } from "./news.ts";
import { notify } from "./notify.ts";
import { telling } from "./permission.ts";
import { claim } from "./told.ts";

/** Tells of incidents while nobody looks at the tab. It hears what the page behind it hears: one run, or the list. */
export function Notifier() {
  const t = useTranslations("verdict.word");
  const language = useLocale();
  useEffect(
    () =>
      onChange((change) => {
        if (!document.hidden || telling() !== "on") return;
        for (const { run, runName, subject, text, advice } of newsOf(change)) {
          const tag = `${run} ${subject}`;
          const verdict = VERDICTS.find((name) => name === subject);
          const title = verdict ? t(verdict) : (text?.[language] ?? "");
          const body = [verdict && text?.[language], advice[language]].filter(Boolean).join(" ");
          void claim(tag, Date.now()).then((ours) => {
            if (ours) notify(`${runName}: ${title}`, { body, tag, path: `/runs/${run}` });
          });
        }
      }),
    [t, language],
  );
  return null;
}
