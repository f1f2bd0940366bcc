import { LineChart, ScatterChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ChartOption } from "#lib/charts/index.ts";

echarts.use([LineChart, ScatterChart, GridComponent, AxisPointerComponent, CanvasRenderer]);

export type ChartInstance = echarts.ECharts;

export function createChart(element: HTMLElement): ChartInstance {
  return echarts.init(element, null, { renderer: "canvas" });
}

/** Our options are plain data of the shapes ECharts documents; its own types cannot follow a computed list of lanes. */
export function setChartOption(chart: ChartInstance, option: Partial<ChartOption>, fresh: boolean): void {
  chart.setOption(option as echarts.EChartsCoreOption, fresh ? { notMerge: true } : { replaceMerge: ["series"] });
}
