import { formatMetric } from "#lib/core/index.ts";
import { formatTick } from "./axis.ts";
import { LINE_KEYS, type Palette } from "./palette.ts";
import { placed, type SmallScene } from "./small-chart.ts";

const MARGIN = { top: 40, right: 16, bottom: 24, left: 56 };

type Labels = { title: string; lines: readonly string[]; from: string; to: string; fontFamily: string };

/** A small chart as an SVG document of its own, in pixels: title, lines by letter and dash, both axes' ends. */
export function smallSvg(
  scene: SmallScene,
  palette: Palette,
  labels: Labels,
  size = { width: 720, height: 300 },
): string {
  const plot = {
    width: size.width - MARGIN.left - MARGIN.right,
    height: size.height - MARGIN.top - MARGIN.bottom,
  };
  const text = (x: number, y: number, content: string, extra = ""): string =>
    `<text x="${x}" y="${y}" ${extra}>${escaped(content)}</text>`;
  const grid = scene.y.ticks.map((tick) => {
    const y = round(placed(scene, plot, scene.x.min, tick).y);
    return `<path d="M0 ${y}H${plot.width}" stroke="${palette.grid}"/>${text(-8, y + 4, formatTick(tick, scene.y.ticks), 'text-anchor="end"')}`;
  });
  const lines = scene.lines.map(({ trace }, i) => {
    const { token, dash, width } = LINE_KEYS[i]!;
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    return `<path d="${pathOf(scene, trace.xy, plot)}" stroke="${palette[token]}" stroke-width="${width}" fill="none"${dashes}/>`;
  });
  const crosses = scene.lines.flatMap((line) =>
    line.crosses.map((cross) => {
      const { x, y } = placed(scene, plot, cross.x, cross.y);
      const [left, top] = [round(x - 4), round(y - 4)];
      return `<path d="M${left} ${top}l8 8m0 -8l-8 8" stroke="${palette["critical-mark"]}" stroke-width="2"><title>${cross.kind}</title></path>`;
    }),
  );
  const legend = scene.lines.map(({ trace }, i) => {
    const { letter } = LINE_KEYS[i]!;
    const value = trace.last === null ? "" : ` ${formatMetric(trace.last.y)}`;
    return `${scene.lines.length > 1 ? `${letter} ` : ""}${labels.lines[i] ?? ""}${value}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escaped(labels.fontFamily)}" font-size="11" fill="${palette.faint}">`,
    `<rect width="100%" height="100%" fill="${palette.panel}"/>`,
    text(16, 18, labels.title, `font-size="13" font-weight="700" fill="${palette.ink}"`),
    text(16, 33, legend.join("   "), `fill="${palette.dim}"`),
    `<g transform="translate(${MARGIN.left} ${MARGIN.top})">`,
    ...grid,
    `<svg width="${plot.width}" height="${plot.height}">`,
    ...lines,
    ...crosses,
    "</svg>",
    text(0, plot.height + 16, labels.from),
    text(plot.width, plot.height + 16, labels.to, 'text-anchor="end"'),
    "</g></svg>",
  ].join("\n");
}

function pathOf(scene: SmallScene, xy: Float64Array, size: { width: number; height: number }): string {
  let path = "";
  let down = false;
  for (let i = 0; i < xy.length; i += 2) {
    if (!Number.isFinite(xy[i + 1]!)) {
      down = false;
      continue;
    }
    const { x, y } = placed(scene, size, xy[i]!, xy[i + 1]!);
    path += `${down ? "L" : "M"}${round(x)} ${round(y)}`;
    down = true;
  }
  return path;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
