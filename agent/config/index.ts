/**
 * The hyperparameters of a run, as its log prints them and as files beside the log have them: flat, bounded, and without
 * anything that looks like a secret. What they mean is the server's business.
 */
export { parseConfig, readConfigBeside } from "./beside.ts";
export { type CaptureState, ConfigCapture, captureStateSchema, initialCapture } from "./capture.ts";
