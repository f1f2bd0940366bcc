/** The only importer of a chart renderer: mounts, resizes, updates, disposes. What is drawn is decided in `#lib/charts`. */
export { exportCsv, exportPng, exportSvg } from "./export.ts";
export { type Strip, useStrip } from "./use-strip.ts";
