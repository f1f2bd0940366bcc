"use client";
import { useEffect } from "react";
import { useLocale, useTranslations } from "use-intl";
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
          const said = text?.[language] ?? t(change.after.verdict.name);
          void claim(tag, Date.now()).then((ours) => {
            if (ours) notify(`${runName}: ${said}`, { body: advice[language], tag, path: `/runs/${run}` });
          });
        }
      }),
    [t, language],
  );
  return null;
}
