import type { Language } from "#lib/protocol/index.ts";
import { type Html, html, trusted } from "./html.ts";
import { MESSAGES } from "./messages/index.ts";
import type { Report, Writing } from "./model.ts";
import {
  figureSection,
  footer,
  header,
  incidentSection,
  nextSection,
  scheduleSection,
  settingsSection,
  timelineSection,
} from "./sections.ts";
import { styleSheet } from "./style.ts";
import { patternTiles } from "./verdict-parts.ts";

/** Where a report that is open in the app leads: paths on the server it came from. */
export type ReportLinks = { run: string; file: string; markdown: string; data: string };

/**
 * The report as one HTML document that needs nothing else: no script, no address, fonts and figures inside.
 *
 * @param links given only where the document is served beside the app; a file that is sent around has none
 */
export function renderHtml(report: Report, writing: Writing, links: ReportLinks | null = null): string {
  const { lang } = writing;
  const m = MESSAGES[lang];
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light">
<link rel="icon" href="data:,">
<title>${m.title(report.run.name)}</title>
<style>${trusted(styleSheet())}</style>
</head>
<body>
${patternTiles()}
${links && navigation(links, lang)}
<main class="sheet">
${header(report, writing)}
${figureSection(report, lang)}
${timelineSection(report, lang)}
${scheduleSection(report, lang)}
${incidentSection(report, writing)}
${settingsSection(report, lang)}
${nextSection(report, lang)}
${footer(report, lang)}
</main>
</body>
</html>
`.text;
}

function navigation({ run, file, markdown, data }: ReportLinks, lang: Language): Html {
  const m = MESSAGES[lang].links;
  return html`
    <nav class="links" aria-label="${m.label}">
      <a href="${run}">${m.run}</a>
      <a href="${file}" download>${m.file}</a>
      <a href="${markdown}">${m.markdown}</a>
      <a href="${data}">${m.data}</a>
    </nav>`;
}
