import { LineChart, ScatterChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { ChartOption } from "#lib/charts/index.ts";

/** The report's chart renderer: ECharts as it runs without a browser. What is drawn is decided in `#lib/charts`. */
echarts.use([LineChart, ScatterChart, GridComponent, AxisPointerComponent, SVGRenderer]);

/** What a label is set in that names no font of its own. */
const FONT = "B612, sans-serif";

/**
 * Draws a chart as the inside of an `<svg>`, `width` × `height` px from its top left corner: no namespaces, styles or
 * classes, since it stands in a document of ours.
 *
 * @param idPrefix begins every id in it, so that two charts of a document keep apart
 */
export function chartSvg(option: ChartOption, size: { width: number; height: number }, idPrefix: string): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({ ...option, textStyle: { fontFamily: FONT } } as unknown as echarts.EChartsCoreOption);
    return inside(chart.renderToSVGString(), idPrefix);
  } finally {
    chart.dispose();
  }
}

function inside(svg: string, idPrefix: string): string {
  return svg
    .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, "")
    .replace(/ (class|pointer-events|ecmeta_\w+)="[^"]*"/g, "")
    .replace(/\bzr\d+-(?=c\d)/g, idPrefix)
    .replace(/\n+/g, "");
}
