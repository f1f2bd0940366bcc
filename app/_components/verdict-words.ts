"use client";
import { useLocale, useTranslations } from "use-intl";
import type { VerdictName } from "#lib/protocol/index.ts";

/** A verdict's word as it stands inside a sentence: in small letters, but for NaN, which is no word. */
export function useVerdictInSentence(): (verdict: VerdictName) => string {
  const t = useTranslations("verdict.word");
  const language = useLocale();
  return (verdict) => (verdict === "nan" ? t(verdict) : t(verdict).toLocaleLowerCase(language));
}
