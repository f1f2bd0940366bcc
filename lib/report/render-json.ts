import { LANGUAGES, type Language } from "#lib/protocol/index.ts";
import type { Report } from "./model.ts";

/**
 * The report as JSON for programs: what the document says, texts in one language, without the points its figure is drawn
 * from (those are the API's `series` and `points`). Numbers that are not finite are spelled.
 */
export function renderJson({ figure, ...report }: Report, lang: Language): string {
  const told = figure && { label: figure.label, story: figure.story, marks: figure.marks };
  return `${JSON.stringify({ ...report, figure: told }, (_, value: unknown) => inLanguage(value, lang), 2)}\n`;
}

function inLanguage(value: unknown, lang: Language): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const texts = value as Record<string, unknown>;
  const isLocalised = Object.keys(texts).length === LANGUAGES.length && LANGUAGES.every((known) => known in texts);
  return isLocalised ? texts[lang] : value;
}
