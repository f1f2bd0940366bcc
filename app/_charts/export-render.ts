import { LineChart, ScatterChart } from "echarts/charts";
import { AxisPointerComponent, GraphicComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import type { ChartFigure } from "#lib/charts/index.ts";

echarts.use([
  LineChart,
  ScatterChart,
  GridComponent,
  AxisPointerComponent,
  GraphicComponent,
  CanvasRenderer,
  SVGRenderer,
]);

/** Pixels a picture has for each of the screen's, so that it can be read in a document. */
const PIXELS = 2;

export function renderSvg({ option, width, height, background }: ChartFigure): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ ...option, backgroundColor: background } as echarts.EChartsCoreOption);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

export async function renderPng({ option, width, height, background }: ChartFigure): Promise<Blob> {
  const host = document.createElement("div");
  const chart = echarts.init(host, null, { renderer: "canvas", width, height, devicePixelRatio: PIXELS });
  chart.setOption({ ...option, backgroundColor: background } as echarts.EChartsCoreOption);
  const canvas = chart.renderToCanvas({ pixelRatio: PIXELS, backgroundColor: background });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  chart.dispose();
  if (!blob) throw new Error(`a picture of ${width} × ${height} pixels could not be made`);
  return blob;
}
