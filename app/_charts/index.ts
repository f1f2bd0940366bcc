/** The only importer of a chart renderer: mounts, resizes, updates, disposes. What is drawn is decided in `#lib/charts`. */

export { exportCsv, exportPng, exportSvg } from "./export.ts";
export { usePalette } from "./palette.ts";
export { fileName, saveFile, svgToPng } from "./save.ts";
export { Stage } from "./stage.ts";
export { useSmallChart } from "./use-small-chart.ts";
export { type Strip, useStrip } from "./use-strip.ts";
