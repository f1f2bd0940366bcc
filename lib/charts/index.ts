/**
 * Charts as data, pure: series and verdicts in, geometry, scales and chart options out. Nothing here draws, measures a
 * screen or imports a renderer; `app/_charts` hands the result to one. Colours come in as a palette, words as strings.
 */
export * from "./axis.ts";
export * from "./fresh.ts";
export * from "./gpu-lanes.ts";
export * from "./lane-figures.ts";
export * from "./layout.ts";
export * from "./marks.ts";
export * from "./metric-groups.ts";
export * from "./palette.ts";
export * from "./readout.ts";
export * from "./resumes.ts";
export * from "./samples.ts";
export * from "./small-chart.ts";
export * from "./small-svg.ts";
export * from "./smoothing.ts";
export * from "./spark.ts";
export * from "./step-clock.ts";
export * from "./strip-figure.ts";
export * from "./strip-option.ts";
export * from "./strip-rows.ts";
export * from "./strip-scene.ts";
export * from "./tape-scene.ts";
export * from "./trace.ts";
export * from "./trend.ts";
export * from "./x-labels.ts";
export * from "./zoom.ts";
