import { formatLearningRate, formatMetric, verdictStretches } from "#lib/core/index.ts";
import type { VerdictName } from "#lib/protocol/index.ts";
import type { LaneName } from "./layout.ts";
import { verdictToken } from "./palette.ts";
import { type StripStyle, stripOption } from "./strip-option.ts";
import { type Lane, type StripRun, type StripScene, yInLane } from "./strip-scene.ts";

/** A chart that is to be kept, as data: the options, the size in pixels and what it is drawn on. */
export type ChartFigure = { option: object; width: number; height: number; background: string };

export type FigureWords = {
  title: string;
  /** What was read, in a sentence. */
  sentence: string;
  axis: string;
  lanes: Record<LaneName, string>;
  verdicts: Record<VerdictName, string>;
  /** Names of the loss lane's lines. */
  legend: { raw: string; trend: string; eval: string; forecast: string; schedule: string };
};

type Graphic = Record<string, unknown> & { type: "text" | "rect" | "line" | "polyline" | "polygon" | "circle" };

/** Room over the lanes for title, sentence and legend. */
const HEAD = 44;
/** Room under them for the name of the axis. */
const UNDER = 12;

/** The strip as it is shown, with what the page has around its canvas: title, legend, headings, verdicts, forecast and now. */
export function stripFigure(
  scene: StripScene,
  style: StripStyle,
  run: StripRun,
  words: FigureWords,
  width: number,
): ChartFigure {
  const { layout } = scene;
  const lanes = scene.lanes.map((lane) => ({
    ...lane,
    box: { ...lane.box, top: lane.box.top + HEAD, bottom: lane.box.bottom + HEAD },
  }));
  const ribbon = { ...layout.ribbon, top: layout.ribbon.top + HEAD };
  const moved = { ...scene, lanes, layout: { ...layout, ribbon } };
  const pen = new Pen(moved, style, width);
  pen.title(run, words);
  for (const lane of lanes) pen.heading(lane, words);
  pen.ribbon(run, words);
  if (style.controls.forecast) pen.forecast(run);
  pen.now(run);
  pen.peaks();
  return {
    option: { ...stripOption(moved, { ...style, compact: false }), graphic: pen.marks },
    width,
    height: layout.height + HEAD + UNDER,
    background: style.palette.panel,
  };
}

class Pen {
  readonly marks: Graphic[] = [];
  readonly #scene: StripScene;
  readonly #style: StripStyle;
  readonly #width: number;

  constructor(scene: StripScene, style: StripStyle, width: number) {
    this.#scene = scene;
    this.#style = style;
    this.#width = width;
  }

  title({ diagnosis }: StripRun, { title, sentence, legend }: FigureWords): void {
    const { palette, controls } = this.#style;
    this.#text(title, 16, 14, { size: 16, weight: 700 });
    this.#text(sentence, 16, 38, { fill: palette.dim });
    let right = this.#width - 16;
    const hasLoss = this.#lane("loss") !== undefined;
    const entries = [
      {
        on: hasLoss && controls.forecast && this.#end(diagnosis.forecast?.step) !== null,
        name: legend.forecast,
        color: palette["advise-mark"],
      },
      { on: this.#lane("learningRate") !== undefined, name: legend.schedule, color: palette["advise-mark"] },
      { on: hasLoss && controls.eval && this.#scene.eval.last !== null, name: legend.eval, color: palette.ink },
      { on: hasLoss && controls.trend, name: legend.trend, color: palette["good-mark"] },
      { on: hasLoss && controls.raw, name: legend.raw, color: palette.raw },
    ];
    for (const { on, name, color } of entries) {
      if (!on) continue;
      const length = widthOf(name, 12);
      this.#text(name, right - length, 16, { fill: palette.dim });
      const y = 22;
      if (name === legend.eval) {
        this.#add({
          type: "circle",
          shape: { cx: right - length - 12, cy: y, r: 3.5 },
          style: { fill: palette.panel, stroke: color, lineWidth: 1.5 },
        });
      } else {
        const dash = name === legend.schedule || name === legend.forecast ? [4, 3] : undefined;
        const shape = { x1: right - length - 20, y1: y, x2: right - length - 6, y2: y };
        this.#add({ type: "line", shape, style: { stroke: color, lineWidth: 2.4, lineDash: dash } });
      }
      right -= length + 36;
    }
  }

  heading({ name, box }: Lane, words: FigureWords): void {
    const isFirst = box === this.#scene.lanes[0]?.box;
    this.#text(words.lanes[name], this.#scene.layout.left, box.top - 20, { weight: 700 });
    if (name === "loss" && this.#scene.pen) {
      const value = formatMetric(this.#scene.pen.value);
      this.#text(value, this.#scene.layout.left + widthOf(words.lanes[name], 12) + 14, box.top - 20);
    }
    if (isFirst) {
      const bottom = this.#scene.lanes.at(-1)!.box.bottom;
      const right = this.#width - this.#scene.layout.right;
      this.#text(words.axis, right - widthOf(words.axis, 11), bottom + 22, {
        size: 11,
        fill: this.#style.palette.faint,
      });
    }
  }

  ribbon({ timeline, step }: StripRun, { verdicts }: FigureWords): void {
    const { palette } = this.#style;
    const { toX, now } = this.#scene;
    const { top, height } = this.#scene.layout.ribbon;
    for (const { verdict, fromStep, toStep } of verdictStretches(timeline)) {
      const from = this.#x(toX(fromStep));
      const to = this.#x(toStep === null ? now : toX(Math.max(toStep, fromStep, 0)));
      if (from === null || to === null || to <= from || step === null) continue;
      const color = palette[verdictToken(verdict)];
      this.#add({
        type: "rect",
        shape: { x: from, y: top, width: to - from - 1, height },
        style: { fill: color, opacity: 0.26 },
      });
      this.#add({
        type: "rect",
        shape: { x: from, y: top + height - 4, width: to - from - 1, height: 4 },
        style: { fill: color },
      });
      if (widthOf(verdicts[verdict], 11.5) + 12 < to - from)
        this.#text(verdicts[verdict], from + 6, top + 6, { size: 11.5 });
    }
  }

  forecast({ diagnosis: { forecast } }: StripRun): void {
    const lane = this.#lane("loss");
    const end = this.#end(forecast?.step);
    const { now, pen } = this.#scene;
    const [x0, x1] = [this.#x(now), this.#x(end)];
    if (!forecast || !lane || !pen || x0 === null || x1 === null || x1 <= x0) return;
    const y = (value: number): number => yInLane(lane, value);
    const color = this.#style.palette["advise-mark"];
    const points = [
      [x0, y(pen.y)],
      [x1, y(forecast.high)],
      [x1, y(forecast.low)],
    ];
    this.#add({ type: "polygon", shape: { points }, style: { fill: color, opacity: 0.2 } });
    const shape = { x1: x0, y1: y(pen.y), x2: x1, y2: y(forecast.value) };
    this.#add({ type: "line", shape, style: { stroke: color, lineWidth: 1.6, lineDash: [5, 4] } });
    const text = `${formatMetric(forecast.value)}  (${formatMetric(forecast.low)} \u2013 ${formatMetric(forecast.high)})`;
    this.#text(text, x1 - widthOf(text, 12), y(forecast.high) - 18, { fill: color });
  }

  now({ diagnosis: { verdict } }: StripRun): void {
    const { now, x, lanes, pen } = this.#scene;
    const at = this.#x(now);
    if (at === null || now < x.min || now > x.max || lanes.length === 0) return;
    const { palette } = this.#style;
    const shape = { x1: at, y1: lanes[0]!.box.top - 4, x2: at, y2: lanes.at(-1)!.box.bottom };
    this.#add({ type: "line", shape, style: { stroke: palette.ink, lineWidth: 1, opacity: 0.55 } });
    const loss = this.#lane("loss");
    if (loss && pen) {
      const cy = yInLane(loss, pen.y);
      this.#add({
        type: "circle",
        shape: { cx: at, cy, r: 4.5 },
        style: { fill: palette[verdictToken(verdict.name)] },
      });
      this.#tag(formatMetric(pen.value), at, cy - 17);
    }
    const rate = this.#lane("learningRate");
    const last = rate?.line.lastFinite;
    if (rate && last) this.#tag(formatLearningRate(last.y), at, yInLane(rate, last.y));
  }

  peaks(): void {
    const lane = this.#lane("loss");
    if (!lane) return;
    for (const { x, value, of } of this.#scene.peaks) {
      const at = this.#x(x);
      const y = lane.box.top + (of === "eval" ? 18 : 2);
      if (at !== null)
        this.#text(`${of === "eval" ? "\u25cb " : ""}\u2191 ${formatMetric(value)}`, at + 5, y, { size: 11 });
    }
  }

  #tag(text: string, x: number, y: number): void {
    const { palette } = this.#style;
    const width = widthOf(text, 12) + 12;
    const left = x + 9 + width > this.#width ? x - 9 - width : x + 9;
    this.#add({ type: "rect", shape: { x: left, y: y - 9, width, height: 18, r: 2 }, style: { fill: palette.ink } });
    this.#text(text, left + 6, y - 6, { fill: palette.panel, weight: 700 });
  }

  #lane(name: LaneName): Lane | undefined {
    return this.#scene.lanes.find((lane) => lane.name === name);
  }

  #end(step?: number): number | null {
    if (step === undefined) return null;
    const end = this.#scene.toX(step);
    return end !== null && end > this.#scene.now && end <= this.#scene.x.max * 1.001 ? end : null;
  }

  /** Pixels from the left, kept inside the plot. */
  #x(value: number | null): number | null {
    if (value === null || Number.isNaN(value)) return null;
    const { layout, x } = this.#scene;
    const share = Math.min(1, Math.max(0, (value - x.min) / (x.max - x.min)));
    return layout.left + share * (this.#width - layout.left - layout.right);
  }

  #text(text: string, x: number, y: number, options: { size?: number; weight?: number; fill?: string } = {}): void {
    const { fontFamily, palette } = this.#style;
    const { size = 12, weight = 400, fill = palette.ink } = options;
    this.#add({ type: "text", x, y, style: { text, fill, font: `${weight} ${size}px ${fontFamily}` } });
  }

  #add(mark: Graphic): void {
    this.marks.push({ z: 20, silent: true, ...mark });
  }
}

/** About as wide as a text will be; a page measures, but an option is made before there is one. */
function widthOf(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += character.charCodeAt(0) > 0x2e80 ? size : size * 0.6;
  return width;
}
