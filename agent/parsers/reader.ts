import { basename } from "node:path";
import { z } from "zod";
import { type Config, type Facts, type LogLine, PATTERN_CHARS, type PointGroup } from "#lib/protocol/index.ts";
import { type CaptureState, ConfigCapture, captureStateSchema, initialCapture } from "../config/index.ts";
import { type Frame, findFrame } from "./bars.ts";
import { cleanText, displayText, isBlank } from "./clean.ts";
import { csvStateSchema } from "./csv.ts";
import { Line } from "./dialect.ts";
import { findEnding, mayEnd, traceStateSchema } from "./endings.ts";
import { GroupBuilder } from "./groups.ts";
import { type Held, heldSchema, isHoldable, reviveHeld, storeHeld } from "./held.ts";
import { joinerSchema, joinLines } from "./joiner.ts";
import { openPattern, type PatternReader, reopenPattern } from "./pattern.ts";
import { initialPlaces, placesSchema } from "./places.ts";
import { digestNames, isRepeatOfOtherRank, ranksSchema } from "./ranks.ts";
import type { Reading } from "./reading.ts";
import { describeFormat, readLine } from "./registry.ts";
import {
  awaitsBar,
  initialSteps,
  isRestart,
  noteAnnouncement,
  noteFrame,
  noteRecord,
  placeReading,
  stepStateSchema,
} from "./steps.ts";
import { initialRows, isKnownRow, noteRewrite, tableRowsSchema } from "./table-rewrite.ts";
import { TailBuilder } from "./tail.ts";
import { initialTqdm, readFrame, tqdmStateSchema } from "./tqdm.ts";
import { isUltralyticsRow } from "./ultralytics.ts";

/** One candidate line: a stretch of a file ended by \n, \r\n or \r (a bar's frame), decoded, without its terminator. */
export type Segment = {
  text: string;
  /** 1-based physical (\n-counted) line. */
  line: number;
  /** Epoch ms it was read live, NaN for backfill. */
  at: number;
  /** Ended by a bare \r. */
  frame: boolean;
  /** Of a file that holds records instead of text: the record. */
  bytes?: Uint8Array;
  /** What ends the line has not been seen: more of it may come. */
  isOpen?: boolean;
};

const endSchema = z.object({ kind: z.enum(["finished", "failed"]), line: z.int(), text: z.string().max(500) });

const stateSchema = z.object({
  v: z.literal(1),
  line: z.int().nonnegative(),
  linesRead: z.int().nonnegative(),
  linesParsed: z.int().nonnegative(),
  format: z.string().max(64).nullable(),
  formatReason: z.string().max(500).nullable(),
  /** Training records of the format less those of others: it changes when another one outnumbers it. */
  formatVotes: z.int(),
  end: endSchema.nullable(),
  trace: traceStateSchema,
  /** Digest of the names of lines without a step that were seen twice, and so are records. */
  twin: z.int().nullable(),
  csv: csvStateSchema,
  places: placesSchema.default(initialPlaces),
  rows: tableRowsSchema.default(initialRows),
  joiner: joinerSchema.default(null),
  steps: stepStateSchema,
  tqdm: tqdmStateSchema,
  ranks: ranksSchema,
  held: heldSchema.nullable(),
  config: captureStateSchema.default(initialCapture),
  /** A person's own format, tried before all others. */
  pattern: z.string().max(PATTERN_CHARS).nullable().default(null),
});
type State = Omit<z.infer<typeof stateSchema>, "held" | "config">;

/** A member of `trainer_state.json`, as the splitter of its rows gives it out. */
const PLANNED = '{"max_steps":';
/** fairseq2's `valid.jsonl`, CatBoost's `test_error.tsv`. */
const EVALUATION_FILE = /^(val|valid|validation|eval|test)(?:_error)?\.(?:jsonl|[ct]sv)$/i;
const END_CHARS = 300;
const FORMAT_VOTES = 1000;

/** `pattern` is a person's own format, see pattern.ts. */
export type ReaderOptions = { path: string; state?: unknown; pattern?: string | null | undefined };

/**
 * Reads one log, segment by segment, and gathers its records as points. It never throws on any text, and a reader made from
 * another's `state()` (after its `take()`) goes on exactly as that one would have.
 */
export class LogReader {
  readonly #isTableFile: boolean;
  readonly #evaluationSet: string | null;
  readonly #state: State;
  readonly #config: ConfigCapture;
  readonly #pattern: PatternReader | null;
  #held: Held | null;
  readonly #groups = new GroupBuilder();
  readonly #tail = new TailBuilder();
  #sentFacts = "";

  /**
   * Without a `pattern`, the one that the state tells goes on.
   *
   * @throws CurvewatchError `config` when `pattern` cannot be used
   */
  constructor(options: ReaderOptions) {
    const name = basename(options.path).replace(/\.gz$/i, "");
    this.#isTableFile = /\.[ct]sv$/i.test(name);
    this.#evaluationSet = EVALUATION_FILE.exec(name)?.[1]?.toLowerCase() ?? null;
    const parsed = stateSchema.safeParse(options.state);
    const { held, config, ...state } = parsed.success ? parsed.data : freshState();
    this.#state = state;
    this.#config = new ConfigCapture(config);
    if (options.pattern) state.pattern = options.pattern;
    this.#pattern = options.pattern
      ? openPattern(options.pattern)
      : state.pattern
        ? reopenPattern(state.pattern)
        : null;
    this.#held = held && reviveHeld(held);
    if (parsed.success) this.#sentFacts = JSON.stringify(this.facts());
  }

  push(segment: Segment): void {
    const state = this.#state;
    if (segment.line !== state.line) {
      state.line = segment.line;
      state.linesRead += 1;
    }
    if (isBlank(segment.text)) return;
    const text = cleanText(segment.text);
    const isParsed = this.#readByPattern(text, segment) || this.#read(text, segment, segment.text.includes("\x1b[A"));
    if (!segment.frame) this.#config.push(text, isParsed);
    this.#tail.add(segment, isParsed);
  }

  /** The input has been quiet or is at its end: nothing is held back any longer but a first line not yet believed to be one. */
  flush(): void {
    if (this.#held?.waitsFor !== "twin") this.#release(null);
  }

  /** The file was written anew and is no shorter than it was: what comes next is its beginning. */
  rewritten(): void {
    this.flush();
    noteRewrite(this.#state.rows);
  }

  /**
   * Everything read since the last take. A group's lines do not descend; a change of counts is a change of facts; `config` is
   * what was learnt of the hyperparameters, null when nothing.
   */
  take(): { groups: PointGroup[]; tail: LogLine[]; factsChanged: boolean; config: Config | null } {
    const facts = JSON.stringify(this.facts());
    const factsChanged = facts !== this.#sentFacts;
    this.#sentFacts = facts;
    return { groups: this.#groups.take(), tail: this.#tail.take(), factsChanged, config: this.#config.take() };
  }

  /** Without the config, which is told once. */
  facts(): Facts {
    const { format, formatReason, steps, linesRead, linesParsed, end } = this.#state;
    const maxSteps = steps.maxSteps || null;
    return { format, formatReason, stepSource: steps.source, maxSteps, linesRead, linesParsed, end };
  }

  /** JSON-able and below 12 KiB. What was read but not taken is not in it. */
  state(): unknown {
    const held = this.#held && storeHeld(this.#held);
    return structuredClone({ ...this.#state, held, config: this.#config.state() });
  }

  #readByPattern(text: string, segment: Segment): boolean {
    const reading = this.#pattern?.read(text);
    return reading ? this.#accept(reading, segment, false) : false;
  }

  /** True when the text gave a record. */
  #read(text: string, segment: Segment, isNested: boolean): boolean {
    const frame = findFrame(text, isNested);
    if (!frame || isUltralyticsRow(text, this.#state)) return this.#readLines(text, segment);
    const isDrawnAfter = text.lastIndexOf("{", frame.start) >= 0 && !text.includes("{", frame.end);
    const before = isDrawnAfter && this.#readText(text.slice(0, frame.start), segment);
    const drawn = this.#readFrame(frame, segment);
    const rest = text.slice(frame.end);
    const after = !isBlank(rest) && this.#readText(rest, segment, true);
    return before || drawn || after;
  }

  #readFrame(frame: Frame, segment: Segment): boolean {
    if (isRestart(this.#state.steps, frame)) this.#release(null);
    if (noteFrame(this.#state.steps, frame) && this.#held?.waitsFor === "bar") this.#release(frame);
    const found = readFrame(this.#state.tqdm, frame, this.#state.places);
    if (!found) return false;
    const { reading, slot } = found;
    const isSame = this.#held?.waitsFor === "count" && this.#held.slot === slot;
    if (!isSame) this.#release(null);
    // An evaluation's bar counts batches: its step is where training stood when it began.
    reading.step ??= this.#state.steps.last ?? this.#state.steps.bar?.count ?? 0;
    const held: Held = { waitsFor: "count", slot, line: segment.line, at: segment.at, reading };
    this.#held = this.#mayHold(reading) ? held : null;
    if (!this.#held) this.#emit(held, null);
    return true;
  }

  #readLines(text: string, segment: Segment): boolean {
    let isParsed = false;
    for (const whole of joinLines(this.#state, text, segment.text.length))
      isParsed = this.#readText(whole, segment) || isParsed;
    return isParsed;
  }

  /** @param isGlued the text follows a bar without a break: it was not written by tqdm, which would draw the bar again */
  #readText(text: string, segment: Segment, isGlued = false): boolean {
    const state = this.#state;
    const line = new Line(text, segment.line, this.#isTableFile, this.#evaluationSet);
    const hadTable = state.csv !== null;
    const readings = readLine(line, state);
    if (!hadTable && state.csv) this.#release(null);
    if (readings.length === 0) {
      if (mayEnd(text, state.trace)) this.#noteEnding(line);
      if (text.includes(" = ") || text.startsWith(PLANNED)) noteAnnouncement(state.steps, text);
      return false;
    }
    let isParsed = false;
    for (const reading of readings) isParsed = this.#accept(reading, segment, isGlued) || isParsed;
    return isParsed;
  }

  /** Places a reading, or holds it back. False when it is another rank's repeat. */
  #accept(reading: Reading, segment: Segment, isGlued: boolean): boolean {
    const { steps, ranks } = this.#state;
    const at = Number.isNaN(reading.at) ? segment.at : reading.at;
    const held: Held = { waitsFor: "bar", slot: "", line: segment.line, at, reading };
    if (this.#isStray(reading)) return false;
    if (this.#isDoubtful(reading)) return this.#confirmTwin(held);
    this.#release(null);
    if (isRepeatOfOtherRank(ranks, reading)) return false;
    if (reading.format === "csv" && isKnownRow(this.#state.rows, reading)) return true;
    if (reading.kind === "summary" || reading.isLast) this.#end("finished", segment.line, segment.text);
    noteRecord(steps, reading);
    if (awaitsBar(steps, reading) && !isGlued && this.#mayHold(reading)) this.#held = held;
    else this.#emit(held, null);
    return true;
  }

  #mayHold(reading: Reading): boolean {
    return isHoldable(reading, this.#state.csv !== null);
  }

  /** A plain line without a step, between the records of another format, tells what those tell better. */
  #isStray(reading: Reading): boolean {
    const { format, formatVotes } = this.#state;
    return isPlain(reading) && reading.step === null && format !== null && format !== reading.format && formatVotes > 1;
  }

  /** A line with a loss and no step, in a log that has shown nothing yet, may be a setting: believed when it comes twice. */
  #isDoubtful(reading: Reading): boolean {
    const { steps, twin } = this.#state;
    if (!isPlain(reading) || reading.step !== null || steps.source === "printed" || steps.bar !== null) return false;
    return twin === null || twin !== digestNames(reading.names);
  }

  #confirmTwin(next: Held): boolean {
    const first = this.#held;
    const digest = digestNames(next.reading.names);
    if (first?.waitsFor === "twin" && digestNames(first.reading.names) === digest) {
      this.#state.twin = digest;
      this.#held = null;
      this.#emit(first, null);
      this.#emit(next, null);
      return true;
    }
    this.#release(null);
    if (this.#mayHold(next.reading)) this.#held = { ...next, waitsFor: "twin" };
    return false;
  }

  /** Gives out what is held back; `frame` is the drawing it waited for. A line that was not confirmed is let go. */
  #release(frame: Frame | null): void {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    if (held.waitsFor !== "twin") this.#emit(held, frame);
  }

  #emit({ reading, line, at }: Held, frame: Frame | null): void {
    const state = this.#state;
    const step = placeReading(state.steps, reading, frame);
    this.#groups.add(reading.names, reading.values, step, at, line);
    state.linesParsed += 1;
    this.#voteFormat(reading, line);
    if (reading.kind !== "train") return;
    state.trace = "none";
    if (state.end && line > state.end.line) state.end = null;
  }

  #voteFormat(reading: Reading, line: number): void {
    const state = this.#state;
    const { format } = reading;
    if (state.format === format) {
      if (reading.kind === "train") state.formatVotes = Math.min(state.formatVotes + 1, FORMAT_VOTES);
      return;
    }
    const isOutvoted = state.formatVotes <= 0;
    if (reading.kind === "train" && state.format !== null) state.formatVotes -= 1;
    if (state.format !== null && !(isOutvoted && reading.kind === "train")) return;
    state.format = format;
    state.formatReason = describeFormat(reading, line);
    state.formatVotes = reading.kind === "train" ? 1 : 0;
  }

  #noteEnding(line: Line): void {
    const state = this.#state;
    const { ending, trace } = findEnding(line.message, state.trace);
    state.trace = trace;
    if (!ending) return;
    const isKnownFailure = state.end?.kind === "failed" && !ending.tellsCause;
    this.#release(null);
    if (!isKnownFailure) this.#end(ending.kind, line.number, line.message);
  }

  #end(kind: "finished" | "failed", line: number, text: string): void {
    this.#state.end = { kind, line, text: displayText(text, END_CHARS) };
  }
}

function freshState(): State & { held: null; config: CaptureState } {
  return {
    v: 1,
    line: 0,
    linesRead: 0,
    linesParsed: 0,
    format: null,
    formatReason: null,
    formatVotes: 0,
    end: null,
    trace: "none",
    twin: null,
    csv: null,
    places: initialPlaces(),
    rows: initialRows(),
    joiner: null,
    steps: initialSteps(),
    tqdm: initialTqdm(),
    ranks: [],
    held: null,
    config: initialCapture(),
    pattern: null,
  };
}

const isPlain = ({ format }: Reading): boolean => format === "key-value" || format === "logfmt";
