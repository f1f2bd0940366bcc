/**
 * The words of the pages, one file per language. English is the shape: a key that another language lacks is a type error.
 * The server picks a language and sends its file alone.
 */
import type { Language } from "#lib/protocol/index.ts";
import { en } from "./en.ts";
import { zhCn } from "./zh-CN.ts";

type Worded<T> = { readonly [K in keyof T]: T[K] extends string ? string : Worded<T[K]> };
export type Messages = Worded<typeof en>;

export const MESSAGES: Record<Language, Messages> = { en, "zh-CN": zhCn };

/** use-intl checks what a message takes by the English text, which every language shares: messages.test.ts says so. */
export function asEnglish(messages: Messages): typeof en {
  return messages as typeof en;
}

declare module "use-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: typeof en;
  }
}
