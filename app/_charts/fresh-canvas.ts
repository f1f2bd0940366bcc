import type { Palette, Stroke } from "#lib/charts/index.ts";

/** Pixels: the least width of the canvas, and what it is widened by when points leave it. */
const WIDEN = 64;
const MARGIN = 8;

/**
 * A canvas over the chart for what came since the chart was drawn, no wider than that: what it costs to show it anew grows
 * with its size. Line widths and colours are the chart's.
 */
export class FreshCanvas {
  readonly #canvas = document.createElement("canvas");
  #height = 0;
  /** The stretch of the strip that it covers, in pixels; null while it shows nothing. */
  #window: { left: number; right: number } | null = null;

  constructor(host: HTMLElement) {
    this.#canvas.style.cssText = "position:absolute;top:0;height:100%;pointer-events:none";
    this.#canvas.hidden = true;
    host.append(this.#canvas);
  }

  resize(height: number): void {
    this.#height = height;
    this.clear();
  }

  clear(): void {
    this.#window = null;
    this.#canvas.hidden = true;
  }

  draw(strokes: readonly Stroke[], palette: Palette, shown: { raw: boolean; eval: boolean }): void {
    const context = this.#canvas.getContext("2d");
    if (!context || !this.#cover(strokes)) return;
    const { left } = this.#window!;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.translate(-left, 0);
    context.lineJoin = "round";
    for (const stroke of strokes) {
      if ((stroke.name === "loss" && !shown.raw) || (stroke.name === "eval" && !shown.eval)) continue;
      context.save();
      context.beginPath();
      context.rect(left, stroke.lane.top, this.#canvas.width, stroke.lane.height);
      context.clip();
      if (stroke.name === "eval") drawRings(context, stroke.xy, palette);
      else drawLine(context, stroke, palette);
      context.restore();
    }
  }

  /** Stands where the strokes are. @returns false when there are none */
  #cover(strokes: readonly Stroke[]): boolean {
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { xy } of strokes) {
      for (let i = 0; i < xy.length; i += 2) {
        if (xy[i]! < left) left = xy[i]!;
        if (xy[i]! > right) right = xy[i]!;
      }
    }
    if (!(right >= left)) return false;
    const known = this.#window;
    if (known && left - MARGIN >= known.left && right + MARGIN <= known.right) return true;
    const window = { left: Math.floor(left - MARGIN), right: Math.ceil(right + WIDEN) };
    this.#window = window;
    const { style } = this.#canvas;
    style.left = `${window.left}px`;
    style.width = `${window.right - window.left}px`;
    this.#canvas.width = Math.round((window.right - window.left) * devicePixelRatio);
    this.#canvas.height = Math.round(this.#height * devicePixelRatio);
    this.#canvas.hidden = false;
    return true;
  }
}

const WIDTHS = { loss: 1, learningRate: 1.8, gradNorm: 1, throughput: 1.2 };

function drawLine(context: CanvasRenderingContext2D, { name, xy }: Stroke, palette: Palette): void {
  context.strokeStyle = name === "loss" ? palette.raw : palette.trace;
  context.lineWidth = name === "eval" ? 1 : WIDTHS[name];
  context.beginPath();
  let down = false;
  for (let i = 0; i < xy.length; i += 2) {
    const [x, y] = [xy[i]!, xy[i + 1]!];
    if (Number.isNaN(x)) down = false;
    else if (down) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      down = true;
    }
  }
  context.stroke();
}

const RING_RADIUS = 3.5;

function drawRings(context: CanvasRenderingContext2D, xy: readonly number[], palette: Palette): void {
  context.fillStyle = palette.panel;
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  for (let i = 0; i < xy.length; i += 2) {
    if (Number.isNaN(xy[i]!)) continue;
    context.beginPath();
    context.arc(xy[i]!, xy[i + 1]!, RING_RADIUS, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
