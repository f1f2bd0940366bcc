import { type StripStyle, stripOption } from "#lib/charts/index.ts";
import type { Language } from "#lib/protocol/index.ts";
import { chartSvg } from "./chart-svg.ts";
import { FIGURE_CONTROLS, type Figure, figureScene } from "./figure.ts";
import { flags, headings, peaks, ribbon } from "./figure-overlay.ts";
import type { Plot } from "./figure-plot.ts";
import { type Html, html, trusted } from "./html.ts";
import { LIGHT } from "./tokens.ts";

/** Widths a figure is laid out for: the text column, and a phone. */
const WIDTH = { wide: 760, narrow: 358 } as const;

export type FigureWidth = keyof typeof WIDTH;

/** One SVG, laid out for a width and scaling with its place from there: lanes, headings, flags and the verdict ribbon. */
export function figureSvg(figure: Figure, lang: Language, size: FigureWidth): Html {
  const width = WIDTH[size];
  const compact = size === "narrow";
  const scene = figureScene(figure, compact);
  const plot: Plot = { scene, width, compact, lang };
  const style: StripStyle = {
    palette: LIGHT,
    fontFamily: "B612, sans-serif",
    language: lang,
    controls: FIGURE_CONTROLS,
    compact,
  };
  const { height } = scene.layout;
  const lines = chartSvg(stripOption(scene, style), { width, height }, `${size}-`);
  return html`<svg class="${size}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${figure.label[lang]}">
${trusted(lines)}${ribbon(plot, figure.run.timeline)}${peaks(plot)}${flags(plot, figure.marks)}${headings(plot, figure)}
</svg>`;
}
