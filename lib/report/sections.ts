import { VERDICT_SEVERITY } from "#lib/charts/index.ts";
import {
  formatFactor,
  formatLearningRate,
  formatShare,
  formatStep,
  formatStepRange,
  MISSING,
} from "#lib/core/index.ts";
import type { Language } from "#lib/protocol/index.ts";
import { formatMoment, formatShortMoment } from "./clock.ts";
import { figureSvg } from "./figure-svg.ts";
import { type Child, type Html, html } from "./html.ts";
import type { Incident } from "./incidents.ts";
import { firstClause, MESSAGES } from "./messages/index.ts";
import type { Report, Writing } from "./model.ts";
import { LIGHT } from "./tokens.ts";
import { patternEdge, statusIcon, verdictChip, verdictIcon } from "./verdict-parts.ts";

/** The sections of the HTML report, top to bottom. One that has nothing to say is null. */

export function header(report: Report, writing: Writing): Html {
  const { lang } = writing;
  const m = MESSAGES[lang];
  const { run, outcome, failure, keyFigures } = report;
  const place = [m.place(run.file, run.folder), run.host && m.onHost(run.host)].filter((part) => part !== null);
  const figures = keyFigures.map(
    ({ name, value, text, note }) => html`
      <div>
        <dt>${m.key[name]}</dt>
        <dd class="num${typeof value === "string" && " lost"}">${text[lang]}</dd>
        ${note && html`<dd>${note[lang]}</dd>`}
      </div>`,
  );
  const error =
    failure && html`<div class="failure">${m.failedLine(formatStep(failure.line))}<pre>${failure.text}</pre></div>`;
  return html`
    <div class="by">
      <span class="brand">${BRAND}${m.brand}</span>
      <span>${m.written(formatMoment(report.writtenAt, writing))}</span>
    </div>
    <h1>${run.name}</h1>
    <p class="sub">${m.list(place)}</p>
    <p class="outcome">
      ${numbers(outcome.before[lang])} ${verdictChip(outcome.verdict, outcome.word[lang])}${numbers(outcome.after[lang])}
    </p>
    ${error}
    ${figures.length > 0 && html`<dl class="keys">${figures}</dl>`}`;
}

/** A falling loss that ends in a reading. */
const BRAND = html`
  <svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.8"
    stroke-linecap="round" aria-hidden="true">
    <path d="M2 3.5C4.2 11.6 7.4 14.6 12.2 15.6"/>
    <circle cx="16.4" cy="15.9" r="3.4" stroke="${LIGHT["advise-mark"]}"/>
    <circle cx="16.4" cy="15.9" r=".6" fill="currentColor" stroke-width="1.2"/>
  </svg>`;

export function figureSection({ figure }: Report, lang: Language): Html | null {
  if (!figure) return null;
  const m = MESSAGES[lang].figure;
  const { title, text } = figure.story;
  return html`
    <h2>${figure.hasRate ? m.heading : m.headingLossOnly}</h2>
    <figure>
      ${figureSvg(figure, lang, "wide")}
      ${figureSvg(figure, lang, "narrow")}
      <figcaption><b>${title[lang]}</b> ${numbers(text[lang], "keep")}</figcaption>
    </figure>`;
}

export function timelineSection({ timeline }: Report, lang: Language): Html | null {
  if (timeline.length === 0) return null;
  const m = MESSAGES[lang];
  const t = m.timeline;
  const rows = timeline.map(
    ({ verdict, fromStep, toStep, share, readFrom }) => html`
      <tr data-severity="${VERDICT_SEVERITY[verdict]}">
        <td class="swatch">${patternEdge(verdict)}</td>
        <td><span class="call">${verdictIcon(verdict, 15)}${m.verdict[verdict]}</span></td>
        <td class="num">${formatStepRange(fromStep, toStep)}</td>
        <td class="num r">${formatShare(share)}</td>
        <td class="soft">${readFrom ? numbers(readFrom[lang], "keep") : MISSING}</td>
      </tr>`,
  );
  const head = html`
    <th><span class="unseen">${t.pattern}</span></th>
    <th>${t.verdict}</th>
    <th>${t.steps}</th>
    <th class="r">${t.share}</th>
    <th>${t.readFrom}</th>`;
  return table(t.heading, head, rows, { broad: true });
}

export function scheduleSection({ schedule }: Report, lang: Language): Html | null {
  if (!schedule) return null;
  const t = MESSAGES[lang].schedule;
  const text = html`<p>${numbers(MESSAGES[lang].story.sentence(firstClause(schedule.text[lang])))}</p>`;
  if (schedule.changes.length === 0) return html`<h2>${t.heading}</h2>${text}`;
  const rows = schedule.changes.map(
    ({ step, from, to }) => html`
      <tr>
        <td class="num">${formatStep(step)}</td>
        <td class="num r">${formatLearningRate(from)}</td>
        <td class="num r">${formatLearningRate(to)}</td>
        <td class="num r">${from > 0 ? formatFactor(to / from) : MISSING}</td>
      </tr>`,
  );
  const head = html`<th>${t.step}</th><th class="r">${t.from}</th><th class="r">${t.to}</th><th class="r">${t.factor}</th>`;
  return table(t.heading, head, rows, { before: text });
}

export function incidentSection({ incidents, run }: Report, writing: Writing): Html | null {
  const { lang } = writing;
  const t = MESSAGES[lang].incidents;
  if (run.lastStep === null) return null;
  if (incidents.length === 0) return html`<h2>${t.heading}</h2><p>${t.none}</p>`;
  const { someTold, someEnded } = knownOf(incidents);
  const rows = incidents.map(
    (incident) => html`
      <tr data-severity="${incident.severity}">
        <td class="mark"><span class="number">${incident.number}</span></td>
        <td>${numbers(incident.what[lang], "keep")}</td>
        <td class="num">${incident.step === null ? MISSING : formatStep(incident.step)}</td>
        ${someTold && html`<td class="soft">${toldInWords(incident, writing)}</td>`}
        ${someEnded && html`<td class="soft">${endInWords(incident, writing)}</td>`}
      </tr>`,
  );
  const head = html`
    <th><span class="unseen">${t.number}</span></th>
    <th>${t.what}</th>
    <th>${t.step}</th>
    ${someTold && html`<th>${t.told}</th>`}
    ${someEnded && html`<th>${t.ended}</th>`}`;
  return table(t.heading, head, rows, { broad: true });
}

/** Columns that have something in them; where nobody was told, or no end is known, there is none. */
export function knownOf(incidents: readonly Incident[]): { someTold: boolean; someEnded: boolean } {
  return {
    someTold: incidents.some(({ told }) => told.length > 0),
    someEnded: incidents.some(({ ended }) => ended !== null),
  };
}

export function toldInWords({ told }: Incident, writing: Writing): string {
  if (told.length === 0) return MISSING;
  return MESSAGES[writing.lang].list(told.map(({ channel, at }) => `${channel} ${formatShortMoment(at, writing)}`));
}

export function endInWords({ ended }: Incident, writing: Writing): string {
  const t = MESSAGES[writing.lang].incidents;
  if (ended === null) return MISSING;
  if (ended === "lasted" || ended === "open") return t[ended];
  return "step" in ended ? t.endedAtStep(formatStep(ended.step)) : formatShortMoment(ended.at, writing);
}

export function settingsSection({ settings }: Report, lang: Language): Html | null {
  if (settings.length === 0) return null;
  const t = MESSAGES[lang].settings;
  const judged = settings.some(({ status }) => status !== null);
  const items = settings.map(({ name, status, value, note }) => {
    const icon = judged && html`<dt class="status">${status && statusIcon(status, t.status[status])}</dt>`;
    return html`
      <div>
        ${icon}
        <dt>${name[lang]}</dt>
        <dd><span class="num">${value[lang]}</span>${note && html`<small>${note[lang]}</small>`}</dd>
      </div>`;
  });
  return html`<h2>${t.heading}</h2><dl class="settings${!judged && " plain"}">${items}</dl>`;
}

export function nextSection({ next, nothingToTry, run }: Report, lang: Language): Html | null {
  const t = MESSAGES[lang].next;
  if (run.lastStep === null) return null;
  if (next.length === 0) return html`<h2>${t.heading}</h2><p>${nothingToTry[lang]}</p>`;
  const items = next.map(({ title, text, change }, i) => {
    const was = change && change.from !== null && html`<s>${change.from}</s> `;
    return html`
      <li${!change && html` class="plain"`}>
        <span class="n">${i + 1}</span>
        <div><h3>${title[lang]}</h3><p>${numbers(text[lang])}</p></div>
        ${change && html`<pre>${change.name}: ${was}${change.to}</pre>`}
      </li>`;
  });
  return html`<h2>${t.heading}</h2><ol class="next">${items}</ol>`;
}

export function footer(report: Report, lang: Language): Html {
  const { source, made } = footerInWords(report, lang);
  return html`<footer class="foot"><span>${source}</span><span class="num">${made}</span></footer>`;
}

/** What the report rests on, and what made it. */
export function footerInWords({ lines, run, version }: Report, lang: Language): { source: string; made: string } {
  const m = MESSAGES[lang];
  const source = [m.foot.source, m.foot.parsed(formatStep(lines.parsed), formatStep(lines.read))];
  if (lines.missingRecords > 0) source.push(m.foot.missing(formatStep(lines.missingRecords)));
  return {
    source: m.join(source),
    made: m.list([`curvewatch ${version}`, run.format ?? m.foot.noFormat, run.file]),
  };
}

/** A table that scrolls sideways where it has no room, reachable by keyboard for that; a broad one is not squeezed. */
function table(
  heading: string,
  head: Html,
  rows: readonly Html[],
  { before = null, broad = false }: { before?: Child; broad?: boolean } = {},
): Html {
  return html`
    <h2>${heading}</h2>
    ${before}
    <div class="scroll${broad && " broad"}" role="region" aria-label="${heading}" tabindex="0">
      <table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>
    </div>`;
}

/** A number with its sign, unit and factor, as our sentences write them. */
const NUMBER = /([±−+×]?\d[\d\u2009]*(?:\.\d+)?(?:e[-−]?\d+)?(?:[%×kMB](?![A-Za-z0-9]))?)/;

/** A sentence whose numbers stay whole at the end of a line, in the instrument's face (`num`) or the sentence's own. */
function numbers(text: string, kind: "num" | "keep" = "num"): Child {
  return text.split(NUMBER).map((part, i) => (i % 2 === 1 ? html`<span class="${kind}">${part}</span>` : part));
}
