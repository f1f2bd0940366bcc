import type { Palette, Stroke } from "#lib/charts/index.ts";

/** A canvas over the chart for what came since the chart was drawn. Line widths and colours are the chart's. */
export class FreshCanvas {
  readonly #canvas = document.createElement("canvas");
  #empty = true;

  constructor(host: HTMLElement) {
    this.#canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    host.append(this.#canvas);
  }

  resize(width: number, height: number): void {
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#empty = true;
  }

  clear(): void {
    if (!this.#empty) this.#canvas.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#empty = true;
  }

  draw(strokes: readonly Stroke[], palette: Palette, shown: { raw: boolean; eval: boolean }): void {
    this.clear();
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.lineJoin = "round";
    for (const stroke of strokes) {
      if ((stroke.name === "loss" && !shown.raw) || (stroke.name === "eval" && !shown.eval)) continue;
      context.save();
      context.beginPath();
      context.rect(0, stroke.lane.top, this.#canvas.width, stroke.lane.height);
      context.clip();
      if (stroke.name === "eval") drawRings(context, stroke.xy, palette);
      else drawLine(context, stroke, palette);
      context.restore();
    }
    this.#empty = false;
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
