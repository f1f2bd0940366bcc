import { LINE_KEYS, type Palette, placed, type SmallScene, type SmallSeries } from "#lib/charts/index.ts";

/**
 * A small chart's canvas. A scene is drawn once; what comes after it is drawn onto it, at the cost of the new points, for as
 * long as the scale holds.
 */
export class SmallCanvas {
  readonly #canvas: HTMLCanvasElement;
  /** As of the last whole drawing: asking the page for it lays it out. */
  #size: Size = { width: 0, height: 0 };
  #drawn: { scene: SmallScene; palette: Palette; ends: Map<string, End> } | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  draw(scene: SmallScene, palette: Palette, series: SmallSeries): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    const context = this.#context();
    if (!context) return;
    paintScene(context, scene, palette, { width, height });
    const ends = scene.lines.map(({ metric, trace }): [string, End] => {
      const length = trace.xy.length;
      const last = length > 0 ? { x: trace.xy[length - 2]!, y: trace.xy[length - 1]! } : null;
      return [metric, { count: series.tails.get(metric)?.x.length ?? 0, last }];
    });
    this.#drawn = { scene, palette, ends: new Map(ends) };
  }

  /** Draws the points that are new in `series`; false when the scale does not hold them and the scene has to be drawn anew. */
  extend(series: SmallSeries): boolean {
    const drawn = this.#drawn;
    const context = this.#context();
    if (!drawn || !context) return false;
    const { scene, palette, ends } = drawn;
    const size = this.#size;
    for (const [i, { metric }] of scene.lines.entries()) {
      const tail = series.tails.get(metric);
      const end = ends.get(metric)!;
      if (!tail || tail.x.length <= end.count) continue;
      const fresh: number[] = end.last ? [end.last.x, end.last.y] : [];
      for (let k = end.count; k < tail.x.length; k++) {
        const [x, y] = [tail.x[k]!, tail.y[k]!];
        // What is no number is marked by a whole drawing.
        if (!holds(scene, x, y)) return false;
        fresh.push(x, y);
      }
      end.count = tail.x.length;
      end.last = { x: fresh.at(-2)!, y: fresh.at(-1)! };
      paintLine(context, scene, fresh, { key: i, palette, size });
    }
    return true;
  }

  /** What is drawn, as a picture. */
  get element(): HTMLCanvasElement {
    return this.#canvas;
  }

  #context(): CanvasRenderingContext2D | null {
    const context = this.#canvas.getContext("2d");
    context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    return context;
  }
}

type End = { count: number; last: { x: number; y: number } | null };
type Size = { width: number; height: number };
type Pencil = { key: number; palette: Palette; size: Size };

const holds = ({ x, y }: SmallScene, at: number, value: number): boolean =>
  at <= x.max && Number.isFinite(value) && value >= y.min && value <= y.max;

/** Draws a whole scene at that size, onto whatever the context belongs to. */
export function paintScene(context: CanvasRenderingContext2D, scene: SmallScene, palette: Palette, size: Size): void {
  context.clearRect(0, 0, size.width, size.height);
  context.strokeStyle = palette.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (const tick of scene.y.ticks) {
    const { y } = placed(scene, size, scene.x.min, tick);
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(size.width, Math.round(y) + 0.5);
  }
  context.stroke();
  for (const [key, { trace, crosses }] of scene.lines.entries()) {
    paintLine(context, scene, trace.xy, { key, palette, size });
    paintCrosses(context, scene, crosses, { palette, size });
  }
}

function paintLine(context: CanvasRenderingContext2D, scene: SmallScene, xy: ArrayLike<number>, pencil: Pencil): void {
  const { token, dash, width } = LINE_KEYS[pencil.key]!;
  context.strokeStyle = pencil.palette[token];
  context.fillStyle = pencil.palette[token];
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash([...dash]);
  context.beginPath();
  let down = false;
  let alone = true;
  for (let i = 0; i < xy.length; i += 2) {
    if (!Number.isFinite(xy[i + 1]!)) {
      down = false;
      continue;
    }
    const { x, y } = placed(scene, pencil.size, xy[i]!, xy[i + 1]!);
    if (down) {
      context.lineTo(x, y);
      alone = false;
    } else context.moveTo(x, y);
    down = true;
  }
  context.stroke();
  context.setLineDash([]);
  // A single value has no line.
  if (alone) for (let i = 0; i < xy.length; i += 2) paintDot(context, scene, pencil.size, xy[i]!, xy[i + 1]!);
}

function paintDot(context: CanvasRenderingContext2D, scene: SmallScene, size: Size, at: number, value: number): void {
  if (!Number.isFinite(value)) return;
  const { x, y } = placed(scene, size, at, value);
  context.beginPath();
  context.arc(x, y, 2, 0, 2 * Math.PI);
  context.fill();
}

const CROSS = 4;

function paintCrosses(
  context: CanvasRenderingContext2D,
  scene: SmallScene,
  crosses: SmallScene["lines"][number]["crosses"],
  { palette, size }: Omit<Pencil, "key">,
): void {
  context.strokeStyle = palette["critical-mark"];
  context.lineWidth = 2;
  context.beginPath();
  for (const cross of crosses) {
    const { x, y } = placed(scene, size, cross.x, cross.y);
    context.moveTo(x - CROSS, y - CROSS);
    context.lineTo(x + CROSS, y + CROSS);
    context.moveTo(x + CROSS, y - CROSS);
    context.lineTo(x - CROSS, y + CROSS);
  }
  context.stroke();
}
