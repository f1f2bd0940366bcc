import { formatAxisRate, formatLearningRate, formatMetric } from "#lib/core/index.ts";
import type { Language } from "#lib/protocol/index.ts";
import { type Axis, formatTick } from "./axis.ts";
import type { LaneName } from "./layout.ts";
import { type Palette, verdictToken } from "./palette.ts";
import type { Lane, StripControls, StripScene } from "./strip-scene.ts";
import { xLabels } from "./x-labels.ts";

/** Chart options as plain data, for whichever renderer understands them; `app/_charts` hands them to ECharts. */
export type ChartSeries = { id: string; type: "line" | "scatter"; data: Float64Array | number[][] } & Record<
  string,
  unknown
>;
export type ChartOption = {
  animation: boolean;
  grid: Record<string, unknown>[];
  xAxis: Record<string, unknown>[];
  yAxis: Record<string, unknown>[];
  axisPointer: Record<string, unknown>;
  series: ChartSeries[];
};

export type StripStyle = {
  palette: Palette;
  fontFamily: string;
  language: Language;
  controls: StripControls;
  compact: boolean;
};

/** One chart, one grid per lane, the same left and right edge and one x axis for all. */
export function stripOption(scene: StripScene, style: StripStyle): ChartOption {
  const { layout, lanes } = scene;
  return {
    animation: false,
    grid: lanes.map(({ box }) => ({ left: layout.left, right: layout.right, top: box.top, height: box.height })),
    xAxis: lanes.map((lane, i) => xAxisOption(scene, lane, i, style)),
    yAxis: lanes.map((lane, i) => yAxisOption(lane, i, style)),
    axisPointer: {
      link: [{ xAxisIndex: "all" }],
      // The crosshair is drawn beside its readouts, where it can stand on a sample.
      lineStyle: { opacity: 0 },
      label: { show: false },
    },
    series: stripSeries(scene, style),
  };
}

/** The lines alone, by id: all that changes when points arrive and the axes stay. */
export function stripSeries(scene: StripScene, { palette, controls, compact }: StripStyle): ChartSeries[] {
  const index = (name: LaneName): number => scene.lanes.findIndex((lane) => lane.name === name);
  const on = (lane: number) => ({ xAxisIndex: lane, yAxisIndex: lane, silent: true, animation: false });
  const line = (
    lane: number,
    id: string,
    data: Float64Array,
    z: number,
    lineStyle: Record<string, unknown>,
  ): ChartSeries => ({
    id,
    type: "line",
    data,
    dimensions: ["x", "y"],
    showSymbol: false,
    connectNulls: false,
    z,
    lineStyle: { join: "round", cap: "round", ...lineStyle },
    emphasis: { disabled: true },
    ...on(lane),
  });

  const series: ChartSeries[] = [];
  const loss = index("loss");
  if (loss >= 0) {
    if (controls.raw) {
      const run = scene.superseded;
      if (run.length > 0) {
        series.push(line(loss, "superseded", run, 1, { width: 1, color: palette.control, opacity: 0.6 }));
      }
      series.push(line(loss, "raw", scene.lanes[loss]!.line.xy, 2, { width: 1, color: palette.raw }));
    }
    if (controls.trend) {
      scene.pieces.forEach(({ verdict, xy }, i) => {
        series.push(line(loss, `trend-${i}`, xy, 6, { width: 2.4, color: palette[verdictToken(verdict)] }));
      });
    }
    if (controls.eval) {
      series.push({
        id: "eval",
        type: "scatter",
        data: pairs(scene.eval.xy),
        symbol: "circle",
        symbolSize: compact ? 5 : 7,
        itemStyle: { color: palette.panel, borderColor: palette.ink, borderWidth: 1.5, opacity: 1 },
        z: 8,
        ...on(loss),
      });
    }
  }
  const rate = index("learningRate");
  if (rate >= 0) {
    series.push(
      line(rate, "schedule", scene.schedule, 4, {
        width: 1.6,
        type: [5, 4],
        cap: "butt",
        color: palette["advise-mark"],
      }),
    );
    const measured = line(rate, "learning-rate", scene.lanes[rate]!.line.xy, 3, { width: 1.8, color: palette.trace });
    series.push({ ...measured, areaStyle: { color: palette.trace, opacity: 0.05 } });
    series.push(jumpRings(scene, { palette, compact }, on(rate)));
  }
  const grad = index("gradNorm");
  if (grad >= 0) {
    if (scene.clip !== null) {
      const clip = Float64Array.of(scene.x.min, scene.clip, Math.min(scene.now, scene.x.max), scene.clip);
      series.push(line(grad, "clip", clip, 2, { width: 1, type: [4, 4], cap: "butt", color: palette.control }));
    }
    series.push(
      line(grad, "grad-norm", scene.lanes[grad]!.line.xy, 3, { width: 1, color: palette.trace, opacity: 0.8 }),
    );
  }
  const speed = index("throughput");
  if (speed >= 0) {
    const measured = line(speed, "throughput", scene.lanes[speed]!.line.xy, 3, {
      width: 1.2,
      color: palette.trace,
      opacity: 0.9,
    });
    series.push({ ...measured, areaStyle: { color: palette.trace, opacity: 0.06 } });
  }
  scene.lanes.forEach((lane, i) => {
    series.push(...nonFiniteMarks(lane, palette, on(i)));
  });
  return series;
}

type Base = Record<string, unknown>;

function jumpRings(scene: StripScene, style: Pick<StripStyle, "palette" | "compact">, base: Base): ChartSeries {
  const { palette, compact } = style;
  const middle = (scene.x.min + scene.x.max) / 2;
  return {
    ...base,
    id: "jumps",
    type: "scatter",
    data: scene.jumps.map(({ x, to }) => [x, to]),
    symbol: "circle",
    symbolSize: 13,
    itemStyle: { color: "transparent", borderColor: palette["caution-mark"], borderWidth: 2, opacity: 1 },
    z: 9,
    label: {
      show: !compact && scene.jumps.length <= 2,
      color: palette["caution-mark"],
      fontSize: 11.5,
      backgroundColor: palette.panel,
      padding: [1, 4],
      position: (scene.jumps[0]?.x ?? 0) > middle ? "left" : "right",
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const jump = scene.jumps[dataIndex];
        return jump ? `${formatLearningRate(jump.from)} \u2192 ${formatLearningRate(jump.to)}` : "";
      },
    },
  };
}

const CROSS = "path://M0 0L8 8M8 0L0 8";

/** A cross where the line stops being a number, and a thin dashed line for as long as it is none. */
function nonFiniteMarks({ name, crosses }: Lane, palette: Palette, base: Base): ChartSeries[] {
  if (crosses.length === 0) return [];
  const color = palette["critical-mark"];
  const extent = crosses.flatMap(({ x, to, y }) => [x, y, to, y, to, Number.NaN]);
  return [
    {
      ...base,
      id: `${name}-lost`,
      type: "line",
      data: Float64Array.from(extent),
      dimensions: ["x", "y"],
      showSymbol: false,
      lineStyle: { color, width: 1, type: [2, 4] },
      emphasis: { disabled: true },
      z: 7,
    },
    {
      ...base,
      id: `${name}-cross`,
      type: "scatter",
      data: crosses.map(({ x, y }) => [x, y]),
      symbol: CROSS,
      symbolSize: 9,
      itemStyle: { color: "transparent", borderColor: color, borderWidth: 2, opacity: 1 },
      z: 9,
    },
  ];
}

function xAxisOption(scene: StripScene, { name }: Lane, i: number, style: StripStyle): Record<string, unknown> {
  const { palette, language, fontFamily } = style;
  const last = i === scene.lanes.length - 1;
  const { min, max, ticks } = scene.x;
  const labels = new Map(xLabels(scene.x, language).map((label, k) => [ticks[k]!, label]));
  const labelled = name === "loss" || last;
  return {
    type: "value",
    gridIndex: i,
    min,
    max,
    axisLine: { show: labelled, onZero: false, lineStyle: { color: palette.rule } },
    axisTick: { show: name === "loss", length: 4, lineStyle: { color: palette.rule }, customValues: ticks },
    splitLine: { show: true, showMinLine: true, showMaxLine: true, lineStyle: { color: palette.grid } },
    axisLabel: {
      show: labelled,
      customValues: ticks,
      color: palette.faint,
      fontFamily,
      fontSize: 11,
      margin: 6,
      hideOverlap: true,
      alignMinLabel: ticks[0] === min ? "left" : "center",
      alignMaxLabel: ticks.at(-1) === max ? "right" : "center",
      formatter: (value: number) => labels.get(value) ?? "",
    },
    axisPointer: { show: true, type: "line", snap: false, triggerEmphasis: false },
  };
}

function yAxisOption({ name, axis }: Lane, i: number, { palette, fontFamily }: StripStyle): Record<string, unknown> {
  const { min, max, ticks, log } = axis;
  return {
    type: log ? "log" : "value",
    gridIndex: i,
    min,
    max,
    axisLine: { show: false },
    axisTick: { show: false, customValues: ticks },
    splitLine: { show: true, lineStyle: { color: palette.grid } },
    axisLabel: {
      customValues: ticks,
      color: palette.faint,
      fontFamily,
      fontSize: 11,
      margin: 8,
      formatter: (value: number) => formatLaneTick(name, value, axis),
    },
    axisPointer: { show: false },
  };
}

function formatLaneTick(name: LaneName, value: number, { ticks, log }: Axis): string {
  // As people write it: a rate from a tenth on is a decimal, and then all labels of its axis are.
  if (name === "learningRate") return (ticks.at(-1) ?? 0) < 0.1 ? formatAxisRate(value) : formatTick(value, ticks);
  if (name === "throughput") return value === 0 ? "0" : formatMetric(value).replace(/\.0+(?=\D|$)/, "");
  if (log && value >= 1e-3 && value < 1e4) return String(Number(value.toPrecision(3)));
  if (log) return formatAxisRate(value);
  return formatTick(value, ticks);
}

/** Scatter series take pairs; there are few of these. */
function pairs(xy: Float64Array): number[][] {
  const points: number[][] = [];
  for (let i = 0; i < xy.length; i += 2) if (Number.isFinite(xy[i + 1]!)) points.push([xy[i]!, xy[i + 1]!]);
  return points;
}
