import { verdictToken } from "#lib/charts/index.ts";
import { formatMetric } from "#lib/core/index.ts";
import { METRIC, type Severity, type TimelineSegment } from "#lib/protocol/index.ts";
import type { Figure } from "./figure.ts";
import { type Plot, xOf } from "./figure-plot.ts";
import { type Html, html } from "./html.ts";
import { MESSAGES } from "./messages/index.ts";
import { LIGHT, TINT } from "./tokens.ts";
import { edgeFill, verdictIcon } from "./verdict-parts.ts";

/** What lies over the lines of a figure, as parts of its SVG. Text flows by itself: nothing here measures a font. */
const FLAG = 18;
const FLAG_GAP = 3;
const ICON_FROM = 22;
const SMALLEST_SEGMENT = 5;
/** Mean width of a character of the ribbon's words: B612 at 11.5 px, and a Chinese one. */
const LATIN_PX = 7;
const CJK_PX = 12.5;

/** Names of the lanes and what their lines are, over each. */
export function headings({ scene, compact, lang }: Plot, { run }: Figure): Html[] {
  const m = MESSAGES[lang].figure;
  const has = (metric: string): boolean => run.metrics.some(({ name, points }) => name === metric && points > 0);
  return scene.lanes.map(({ name, box }) => {
    if (name === "loss") {
      return heading(13, m.loss, [
        has(METRIC.trainLoss) && sample("raw", m.raw),
        scene.pieces.length > 0 && sample(verdictToken(scene.pieces.at(-1)!.verdict), compact ? m.trend : m.trendLong),
        has(METRIC.evalLoss) && ring(m.eval),
      ]);
    }
    const schedule = run.diagnosis.schedule;
    const known = schedule !== null && schedule.curve.step.length > 0;
    return heading(box.top - 12, m.learningRate, [
      sample("trace", m.measured),
      known && dashes(compact ? m.schedule : lowerFirst(schedule.text[lang])),
    ]);
  });
}

function heading(y: number, name: string, samples: readonly (Html | false)[]): Html {
  return html`<text class="head" x="0" y="${y}"><tspan class="name">${name}</tspan>${samples}</text>`;
}

type Token = keyof typeof LIGHT;

const sample = (token: Token, words: string): Html =>
  html`<tspan dx="14" class="line" fill="${LIGHT[token]}">—</tspan><tspan dx="5">${words}</tspan>`;

const dashes = (words: string): Html =>
  html`<tspan dx="14" class="line" fill="${LIGHT["advise-mark"]}">--</tspan><tspan dx="5">${words}</tspan>`;

const ring = (words: string): Html =>
  html`<tspan dx="14" class="ring" fill="${LIGHT.ink}">○</tspan><tspan dx="5">${words}</tspan>`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The verdicts along the run: fill, icon, word where it fits whole, and the pattern edge at the foot. */
export function ribbon(plot: Plot, timeline: readonly TimelineSegment[]): Html {
  const { scene, lang } = plot;
  const { top, height } = scene.layout.ribbon;
  const now = xOf(plot, scene.now);
  const end = xOf(plot, scene.x.max);
  const segments = timeline.map(({ verdict, fromStep, toStep }) => {
    const x = xOf(plot, fromStep);
    const width = Math.max(SMALLEST_SEGMENT, (toStep === null ? now : xOf(plot, toStep)) - x - 1);
    const word = MESSAGES[lang].verdict[verdict];
    const color = LIGHT[verdictToken(verdict)];
    return html`
      <g transform="translate(${round(x)} ${top})">
        <rect width="${round(width)}" height="${height}" fill="${color}" fill-opacity="${TINT.ribbon}"/>
        ${width >= ICON_FROM && html`<g transform="translate(4 4.5)" color="${color}">${verdictIcon(verdict, 13)}</g>`}
        ${width >= ICON_FROM + 6 + textWidth(word) && html`<text class="word" x="23" y="15.5">${word}</text>`}
        <g transform="translate(0 ${height - 6})">
          <rect width="${round(width)}" height="6" fill="${edgeFill(verdict)}"/>
        </g>
      </g>`;
  });
  const left =
    end - now > 3 &&
    html`
      <path d="M${round(now)} ${top + 0.5}H${round(end - 0.5)}V${top + height - 0.5}H${round(now)}"
        fill="none" stroke="${LIGHT.rule}" stroke-dasharray="3 3"/>`;
  return html`<g>${segments}${left}</g>`;
}

/** Values that left the loss lane at the top, each with its number. */
export function peaks(plot: Plot): Html[] {
  const lane = plot.scene.lanes.find(({ name }) => name === "loss");
  if (!lane) return [];
  return plot.scene.peaks.map(
    ({ x, value }) =>
      html`<text class="peak" x="${round(xOf(plot, x) + 4)}" y="${lane.box.top + 12}">↑ ${formatMetric(value)}</text>`,
  );
}

type Mark = { number: number; severity: Severity; step: number };

/** Incidents by number over the lanes, each with a dashed line through them. Flags that would cover another step aside. */
export function flags(plot: Plot, marks: readonly Mark[]): Html[] {
  const { lanes, layout } = plot.scene;
  const top = lanes[0]?.box.top ?? 0;
  const bottom = lanes.at(-1)?.box.bottom ?? layout.height;
  const right = plot.width - FLAG;
  const at = marks.map(({ step }) => xOf(plot, step));
  const lefts = spread(at, right);
  return marks.map(({ number, severity }, i) => {
    const x = round(at[i]!);
    const color = LIGHT[`${severity}-mark`];
    return html`
      <path d="M${x} ${top}V${bottom}" stroke="${LIGHT.control}" stroke-opacity=".7" stroke-dasharray="3 3" fill="none"/>
      <g transform="translate(${round(lefts[i]!)} ${top - FLAG - 2})">
        <rect x=".5" y=".5" width="${FLAG - 1}" height="${FLAG - 1}" rx="2" fill="${LIGHT.panel}" stroke="${color}"/>
        <text class="flag" x="${FLAG / 2}" y="13" fill="${LIGHT[severity]}">${number}</text>
      </g>`;
  });
}

/** Left edges of flags centred on ascending lines: pushed right as far as keeps them apart, then back to end at `right`. */
export function spread(centres: readonly number[], right: number): number[] {
  const lefts: number[] = [];
  for (const centre of centres) lefts.push(Math.max(centre - FLAG / 2, (lefts.at(-1) ?? -Infinity) + FLAG + FLAG_GAP));
  for (let i = lefts.length - 1, limit = right; i >= 0; i--) {
    lefts[i] = Math.min(lefts[i]!, limit);
    limit = lefts[i]! - FLAG - FLAG_GAP;
  }
  return lefts;
}

function textWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + (character > "\u2e80" ? CJK_PX : LATIN_PX), 0);
}

const round = (value: number): number => Math.round(value * 10) / 10;
