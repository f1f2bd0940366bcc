import { basename, dirname } from "node:path";
import { z } from "zod";
import { type Config, type Facts, type LogLine, mergeConfig, type PointGroup } from "#lib/protocol/index.ts";
import { fileKind, mlflowPlace, trackioPlace } from "../sources/index.ts";
import { GroupBuilder } from "./groups.ts";
import { readMlflowLine } from "./mlflow.ts";
import { LogReader, type ReaderOptions, type Segment } from "./reader.ts";
import type { Reading } from "./reading.ts";
import { TailBuilder } from "./tail.ts";
import { readEvent } from "./tfevents.ts";
import { readTrackioRow } from "./trackio.ts";
import { readWandbRecord } from "./wandb.ts";

/** What turns a file's segments into points, whatever the file is: see `LogReader` for what each of it promises. */
export type FileReader = Pick<LogReader, "push" | "flush" | "rewritten" | "take" | "facts" | "state"> & {
  /** What the file itself calls its run, when it has told. */
  title?(): Title | null;
};

const titleSchema = z.object({ name: z.string().min(1).max(200), project: z.string().max(200) });
type Title = z.infer<typeof titleSchema>;

/** The reader for the file at `path`; `state` is what one before it had. A pattern is for files of text. */
export function openReader(options: ReaderOptions): FileReader {
  const { path } = options;
  const kind = fileKind(path);
  if (trackioPlace(path)) return new RecordReader(trackio, options.state);
  const place = mlflowPlace(path);
  if (kind === "tfevents") return new RecordReader(tfevents(isEvaluationFolder(path)), options.state);
  if (kind === "wandb") return new RecordReader(wandb, options.state);
  return place ? new RecordReader(mlflow(place.metric), options.state) : new LogReader(options);
}

/** What one record told. `text` is for a person to see. */
type Told = { readings: Reading[]; text?: string; config?: Config | null; end?: Facts["end"]; title?: Title | null };

/** One kind of file that holds nothing but records, each with its step. */
type RecordFormat = { name: string; reason: string; read(segment: Segment, state: State): Told };

const stateSchema = z.object({
  v: z.literal(1),
  linesRead: z.int().nonnegative(),
  linesParsed: z.int().nonnegative(),
  title: titleSchema.nullable(),
  /** A line of MLflow with a step was seen. */
  hasSteps: z.boolean(),
  end: z.object({ kind: z.enum(["finished", "failed"]), line: z.int(), text: z.string().max(500) }).nullable(),
});
type State = z.infer<typeof stateSchema>;

const SHOWN_VALUES = 6;

/** Reads files that a program writes for other programs: nothing has to be guessed, and next to nothing remembered. */
class RecordReader implements FileReader {
  readonly #format: RecordFormat;
  readonly #state: State;
  readonly #groups = new GroupBuilder();
  readonly #tail = new TailBuilder();
  #config: Config | undefined;
  #sentFacts = "";

  constructor(format: RecordFormat, state: unknown) {
    const parsed = stateSchema.safeParse(state);
    this.#format = format;
    this.#state = parsed.success
      ? parsed.data
      : { v: 1, linesRead: 0, linesParsed: 0, title: null, hasSteps: false, end: null };
    if (parsed.success) this.#sentFacts = JSON.stringify(this.facts());
  }

  push(segment: Segment): void {
    const state = this.#state;
    state.linesRead += 1;
    const { readings, text, config, end, title } = this.#format.read(segment, state);
    if (title) state.title = title;
    this.#config = mergeConfig(this.#config, config ?? undefined);
    if (end !== undefined) state.end = end;
    for (const reading of readings) {
      // A step beyond what can be counted exactly is none.
      if (reading.step === null) continue;
      const at = Number.isNaN(reading.at) ? segment.at : reading.at;
      this.#groups.add(reading.names, reading.values, reading.step, at, segment.line);
      state.linesParsed += 1;
      if (state.end && state.end.line < segment.line) state.end = null;
    }
    const shown = text ?? readings.map(shownText).join("; ");
    if (shown !== "") this.#tail.add({ line: segment.line, text: shown }, readings.length > 0);
  }

  flush(): void {}

  rewritten(): void {}

  take(): { groups: PointGroup[]; tail: LogLine[]; factsChanged: boolean; config: Config | null } {
    const facts = JSON.stringify(this.facts());
    const factsChanged = facts !== this.#sentFacts;
    this.#sentFacts = facts;
    const config = this.#config ?? null;
    this.#config = undefined;
    return { groups: this.#groups.take(), tail: this.#tail.take(), factsChanged, config };
  }

  facts(): Facts {
    const { linesRead, linesParsed, end } = this.#state;
    const isKnown = linesParsed > 0;
    return {
      format: isKnown ? this.#format.name : null,
      formatReason: isKnown ? this.#format.reason : null,
      stepSource: isKnown ? "printed" : null,
      maxSteps: null,
      linesRead,
      linesParsed,
      end,
    };
  }

  title(): Title | null {
    return this.#state.title;
  }

  state(): unknown {
    return structuredClone(this.#state);
  }
}

const tfevents = (isEvaluation: boolean): RecordFormat => ({
  name: "tfevents",
  reason: "the file's name and frames are those of a TensorBoard event file",
  read: ({ bytes }) => ({ readings: readEvent(bytes ?? NOTHING, isEvaluation) }),
});

const wandb: RecordFormat = {
  name: "wandb",
  reason: "the file's name and blocks are those of a W&B transaction log",
  read({ bytes, line }) {
    const { readings, config, title, exit, output } = readWandbRecord(bytes ?? NOTHING);
    const end =
      exit === null
        ? undefined
        : ({ kind: exit === 0 ? "finished" : "failed", line, text: `exit code ${exit}` } as const);
    const text = readings.length > 0 ? undefined : (end?.text ?? output);
    return { readings, config, title, ...(end && { end }), ...(text !== undefined && { text }) };
  },
};

const mlflow = (metric: string): RecordFormat => ({
  name: "mlflow",
  reason: "the file lies where MLflow keeps a run's metrics, and has their lines",
  read({ text, isOpen }, state) {
    const readings = isOpen ? [] : readMlflowLine(metric, text, state.hasSteps);
    state.hasSteps ||= readings.length > 0 && text.split(" ", 3).length === 3;
    return { readings };
  },
});

const trackio: RecordFormat = {
  name: "trackio",
  reason: "the file is a database with a table as Trackio keeps it",
  read: ({ text }) => ({ readings: readTrackioRow(text) }),
};

const NOTHING = new Uint8Array(0);

/** Keras's callback writes `train/` and `validation/` beside each other. */
const isEvaluationFolder = (path: string): boolean =>
  /^(?:val|valid|validation|eval|evaluation|test)$/i.test(basename(dirname(path)));

function shownText({ names, values, step }: Reading): string {
  const shown = names.slice(0, SHOWN_VALUES).map((name, i) => `${name}=${values[i]}`);
  return `step ${step}: ${shown.join(" ")}${names.length > SHOWN_VALUES ? " …" : ""}`;
}
