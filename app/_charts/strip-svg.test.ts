import { LineChart, ScatterChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { expect, test } from "vitest";
import { stripFigure, stripOption, stripScene } from "#lib/charts/index.ts";
import { PALETTE, RUN, seriesOf, seriesView } from "#lib/charts/testing.ts";
import { METRIC, VERDICTS, type VerdictName } from "#lib/protocol/index.ts";
import { renderSvg } from "./export-render.ts";

echarts.use([LineChart, ScatterChart, GridComponent, AxisPointerComponent, SVGRenderer]);

const CONTROLS = {
  x: "step",
  range: "whole",
  raw: true,
  trend: true,
  smooth: 0,
  eval: true,
  forecast: true,
  log: false,
} as const;

function svg(points: [number, number][], log = false): string {
  const controls = { ...CONTROLS, log };
  const rates = seriesView(
    points.map(([x]) => [x, 1e-4]),
    { metric: METRIC.learningRate },
  );
  const series = seriesOf(seriesView(points), rates);
  const scene = stripScene({ series, run: RUN, controls, compact: false, previous: null });
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 900, height: scene.layout.height });
  const style = { palette: PALETTE, fontFamily: "B612", language: "en", controls, compact: false } as const;
  chart.setOption(stripOption(scene, style) as unknown as echarts.EChartsCoreOption);
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

const falling = Array.from({ length: 100 }, (_, i): [number, number] => [i * 10, 2 + 3 / (1 + i / 20)]);

test("the renderer draws what the options say: trend in its verdict's colours, labels of both axes", () => {
  const drawn = svg(falling);
  for (const token of ["good-mark", "caution-mark", "advise-mark", "trace"] as const)
    expect(drawn).toContain(PALETTE[token]);
  expect(drawn).toContain(">1k<");
  expect(drawn).toContain(">1e-4<");
});

test("NaN leaves a hole in the line and a cross beside it; without NaN there is no red", () => {
  const broken = falling.map(([x, y]): [number, number] => (x === 500 ? [x, Number.NaN] : [x, y]));
  expect(svg(falling)).not.toContain(PALETTE["critical-mark"]);
  const drawn = svg(broken);
  expect(drawn).toContain(PALETTE["critical-mark"]);
  expect(drawn).not.toContain("NaN");
});

test("a logarithmic loss keeps its ticks", () => {
  const drawn = svg(falling, true);
  expect(drawn.match(/<text/g)?.length).toBeGreaterThan(8);
});

test("a strip that leaves the page says what it is: title, legend, verdicts and the axis", () => {
  const series = seriesOf(seriesView(falling));
  const scene = stripScene({ series, run: RUN, controls: CONTROLS, compact: false, previous: null });
  const style = { palette: PALETTE, fontFamily: "B612", language: "en", controls: CONTROLS, compact: false } as const;
  const words = {
    title: "atlas / one",
    sentence: "Loss, 5 to 2",
    axis: "step",
    lanes: { loss: "Loss", learningRate: "Learning rate", gradNorm: "Gradient norm", throughput: "Throughput" },
    verdicts: Object.fromEntries(VERDICTS.map((name) => [name, name])) as Record<VerdictName, string>,
    legend: { raw: "Raw", trend: "Trend", eval: "Eval", forecast: "Forecast", schedule: "Schedule" },
  };
  const drawn = renderSvg(stripFigure(scene, style, RUN, words, 900));
  for (const text of ["atlas / one", "Loss, 5 to 2", "oscillating", "Raw", "Trend", "step"]) {
    expect(drawn).toContain(`>${text}<`);
  }
  expect(drawn).not.toContain(">Eval<");
  expect(drawn).toContain(PALETTE.panel);
});
