import "server-only";
import { cookies, headers } from "next/headers.js";
import { acceptedLanguage } from "#lib/core/index.ts";
import { LANGUAGES, type Language } from "#lib/protocol/index.ts";
import { getRuntime } from "./runtime.ts";

/** What a viewer has chosen, in cookies so that the first answer is right already. */
export type Preferences = {
  language: Language;
  /** Null: the system's setting decides, by style sheet. */
  theme: "dark" | "light" | null;
};

export async function preferences(): Promise<Preferences> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const language = LANGUAGES.find((known) => known === jar.get("cw-lang")?.value);
  const theme = (["dark", "light"] as const).find((known) => known === jar.get("cw-theme")?.value);
  return {
    language: language ?? getRuntime().lang ?? acceptedLanguage(head.get("accept-language")),
    theme: theme ?? null,
  };
}
