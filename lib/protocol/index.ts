/**
 * The wire: what agent, server and browser say to each other, checked at every rim. Imports nothing but zod, so the
 * shipping agent and the browser can both load it.
 */
export * from "./alerts.ts";
export * from "./channels.ts";
export * from "./diagnosis.ts";
export * from "./errors.ts";
export * from "./frame.ts";
export * from "./handshake.ts";
export * from "./limits.ts";
export * from "./live.ts";
export * from "./names.ts";
export { examplePattern } from "./pattern/example.ts";
export { faultWords } from "./pattern/faults.ts";
export { type Captured, captured, compileLinePattern, type LinePattern } from "./pattern/line-pattern.ts";
export { PATTERN_CHARS, type PatternFault } from "./pattern/syntax.ts";
export * from "./point-group.ts";
export * from "./printed/names.ts";
export * from "./printed/numbers.ts";
export * from "./record.ts";
export * from "./rules.ts";
export * from "./series.ts";
export * from "./value.ts";
export * from "./views.ts";
