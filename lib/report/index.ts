/**
 * A run told as a document: what a colleague can read next month without the app, the log or the network.
 *
 * - `reportModel` decides what is said, as data and in every language; it is pure. What was not measured is left out, never
 *   guessed: a report without evaluations has no best one.
 * - `renderHtml` gives one file that holds all it needs (style, fonts, figures as SVG) and no script; `renderMarkdown` and
 *   `renderJson` say the same. All text that comes from a log is escaped where it is written.
 * - `SeriesBuckets` brings a log of any length to the few hundred buckets a figure has room for, extremes kept.
 */
export { type Report, type ReportInput, reportModel, type ToldAlert } from "./model.ts";
export { type ReportLinks, renderHtml } from "./render-html.ts";
export { renderJson } from "./render-json.ts";
export { renderMarkdown } from "./render-markdown.ts";
export { SeriesBuckets } from "./series-buckets.ts";
