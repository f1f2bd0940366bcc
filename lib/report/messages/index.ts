/** The words of a report, one file per language. English is the shape: what another language lacks is a type error. */
import { LANGUAGES, type Language, type Localised } from "#lib/protocol/index.ts";
import { en } from "./en.ts";
import { zhCn } from "./zh-CN.ts";

export type Messages = typeof en;

export const MESSAGES: Record<Language, Messages> = { en, "zh-CN": zhCn };

/** A text in every language at once. */
export function localised(text: (messages: Messages, language: Language) => string): Localised {
  return Object.fromEntries(LANGUAGES.map((language) => [language, text(MESSAGES[language], language)])) as Localised;
}

/** What stands before the first full stop of a sentence of the engine, in each language; a point inside a number is none. */
export function firstClause(text: string): string {
  return text.slice(0, /\.(?=\s|$)|。/.exec(text)?.index ?? text.length);
}
