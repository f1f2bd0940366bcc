/**
 * From lines to points. Text comes in as segments, in the order of the file; out come groups of points, the newest lines for
 * a person, and what is known of the log: its format, where its steps come from, how it ended.
 *
 * - One file for each dialect (`hf-trainer.ts`, `csv.ts`, …), listed in `registry.ts`; what they share stands beside them.
 * - Any text may come: nothing throws, no text costs more than its length, and program text gives no points.
 * - Non-finite values are data and are kept. A step that is not printed is told from the training bar, see `steps.ts`.
 */
export { openPattern } from "./pattern.ts";
export { LogReader, type Segment } from "./reader.ts";
export { type FileReader, openReader } from "./record-reader.ts";
