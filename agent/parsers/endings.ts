import { z } from "zod";

/** Lines that end a run: the program says it is done, or it died. */
export type Ending = {
  kind: "finished" | "failed";
  /** Whether it says why: a launcher's summary does not. */
  tellsCause: boolean;
};

export const traceStateSchema = z.enum(["none", "open", "ignored"]);
/** Inside a Python traceback, whose last line names the error; `ignored` when Python itself says it went on. */
export type TraceState = z.infer<typeof traceStateSchema>;

const CANDIDATE =
  /curvewatch run: |epochs completed|Traceback|Error|Exception|Killed|ault|Aborted|CANCELLED|out of memory|rain|exiting program|Trainer\.fit/;
const FINISHED =
  /^\W*(?:(?:model )?training (?:(?:is|has|was) )?(?:completed|complete|finished|done)\b|finished training\b|done training\b|\[after training is done\]|exiting program at iteration \d+|\d+ epochs completed in [\d.]+ hours|training time \d+:\d\d:\d\d$|`?Trainer\.fit`? stopped: `?max_(?:epochs|steps))/i;
const FAILED =
  /^\W*(?:Killed|Aborted|Segmentation fault|Bus error|Fatal Python error\b.*)(?: \(core dumped\))?\s*$|^\S+: line \d+: +\d+ +(?:Killed|Segmentation fault|Aborted)\b|CUDA out of memory|slurmstepd: error: .*CANCELLED/;
/** Programs that stop by themselves when the loss is not finite: MetricLogger's kin, MaxText, Keras. */
const NOT_FINITE =
  /^\W*(?:Loss is (?:nan|-?inf), stopping training|Aborting training due to (?:NaN|Inf)\w* loss)|Batch \d{1,9}: Invalid loss, terminating training/i;
/** What `curvewatch run` writes when the trainer has ended. */
const RAN = /^curvewatch run: (?:exit code (\d+)|killed by SIG\w+(?:, out of memory)?)$/;
const TRACEBACK = "Traceback (most recent call last):";
const CONTINUED = /Exception ignored in|Exception in thread|Logging error/;
const ERROR_LINE = /^(?:[A-Za-z_]\w*\.)*(?:[A-Z]\w*)(?:: .*|:)?$/;

/** Cheap: false for lines that `findEnding` would not take. */
export const mayEnd = (text: string, trace: TraceState): boolean => trace !== "none" || CANDIDATE.test(text);

/** Judges one line, without escapes and without its head. Gives the next trace state too. */
export function findEnding(text: string, trace: TraceState): { ending: Ending | null; trace: TraceState } {
  const ran = RAN.exec(text);
  if (ran) {
    const kind = ran[1] === "0" ? "finished" : "failed";
    // An exit code is what an error left; the error says more.
    return { ending: { kind, tellsCause: kind === "finished" || ran[1] === undefined }, trace: "none" };
  }
  if (text.includes(TRACEBACK)) return { ending: null, trace: trace === "ignored" ? "ignored" : "open" };
  if (CONTINUED.test(text)) return { ending: null, trace: "ignored" };
  if (trace !== "none") {
    if (!ERROR_LINE.test(text)) return { ending: null, trace };
    if (trace === "ignored") return { ending: null, trace: "none" };
    return { ending: { kind: "failed", tellsCause: !/ChildFailedError|CalledProcessError/.test(text) }, trace: "none" };
  }
  if (FINISHED.test(text)) return { ending: { kind: "finished", tellsCause: true }, trace };
  if (FAILED.test(text) || NOT_FINITE.test(text)) return { ending: { kind: "failed", tellsCause: true }, trace };
  if (/\bChildFailedError\b/.test(text)) return { ending: { kind: "failed", tellsCause: false }, trace };
  return { ending: null, trace };
}
