import {
  freshStrokes,
  type StripScene,
  type StripSeries,
  type StripStyle,
  sameFrame,
  stripOption,
  stripSeries,
} from "#lib/charts/index.ts";
import { type ChartInstance, createChart, setChartOption } from "./echarts.ts";
import { FreshCanvas } from "./fresh-canvas.ts";

/**
 * The strip's canvases. A scene is drawn by the chart: its axes only when they differ, else the lines alone. What comes
 * after it is drawn over it, at the cost of the new points, until the next scene.
 */
export class StripChart {
  readonly #element: HTMLElement;
  readonly #chart: ChartInstance;
  readonly #fresh: FreshCanvas;
  /** As of the last resize: asking the page for it lays it out. */
  #width = 0;
  #drawn: { scene: StripScene; style: StripStyle } | null = null;

  constructor(element: HTMLElement, onPointer: (x: number | null) => void) {
    this.#element = element;
    const base = document.createElement("div");
    base.style.cssText = "position:absolute;inset:0";
    element.append(base);
    this.#chart = createChart(base);
    this.#fresh = new FreshCanvas(element);
    this.#chart.on("updateAxisPointer", (event) => {
      const [first] = (event as { axesInfo?: { value: number }[] }).axesInfo ?? [];
      onPointer(first?.value ?? null);
    });
    this.#chart.on("globalout", () => onPointer(null));
  }

  draw(scene: StripScene, style: StripStyle): void {
    const drawn = this.#drawn;
    this.#fresh.clear();
    if (drawn && drawn.style === style && sameFrame(drawn.scene, scene)) {
      setChartOption(this.#chart, { series: stripSeries(scene, style) }, false);
    } else {
      setChartOption(this.#chart, stripOption(scene, style), true);
    }
    this.#drawn = { scene, style };
  }

  /**
   * Draws the points that the scene drawn last does not have.
   *
   * @returns the newest x, or null when the scene cannot hold them and has to be drawn anew
   */
  extend(series: StripSeries): number | null {
    if (!this.#drawn) return null;
    const { scene, style } = this.#drawn;
    const fresh = freshStrokes(scene, series, this.#width);
    if (fresh) this.#fresh.draw(fresh.strokes, style.palette, style.controls);
    return fresh?.now ?? null;
  }

  resize(): void {
    this.#chart.resize();
    this.#width = this.#element.clientWidth;
    this.#fresh.resize(this.#element.clientHeight);
  }

  dispose(): void {
    this.#chart.dispose();
    this.#element.replaceChildren();
  }
}
