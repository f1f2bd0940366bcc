import { setTimeout } from "node:timers/promises";
import {
  type Chunk,
  type Config,
  encodeRecord,
  errorCode,
  type Facts,
  type FileStatus,
  LIMITS,
  mergeConfig,
  type PointGroup,
  type Source,
} from "#lib/protocol/index.ts";
import { readConfigBeside } from "./config/index.ts";
import { type FileReader, openReader } from "./parsers/index.ts";
import { newPlace, type Place, positionOf } from "./place.ts";
import { mlflowName, type RunName, runName } from "./run-name.ts";
import { sourceRank } from "./source-rank.ts";
import { ChangeWatch, openTail, type TailChunk } from "./sources/index.ts";
import { failpoint, type Spool } from "./spool/index.ts";

/**
 * One log, followed: bytes become segments, segments points, and every stretch of the file one record in the spool, with the
 * place it ends at and the reader's state there. So the spool alone says where to go on after a crash.
 */
export type FollowerEvents = {
  /** The end of the file was reached, or more was read since; what is known of the log now. */
  read(report: FollowReport): void;
};

/**
 * A log, and the key of the run that it belongs to with others; null when it is a run of its own. Without a `pattern` it is read
 * by the one it was read by before.
 */
export type FollowedLog = {
  path: string;
  group: string | null;
  pattern?: string | null | undefined;
  /** What it holds when it is first seen is history, however lately it was written: nobody is to be told of it. */
  backfill?: boolean | undefined;
};

export type FollowReport = {
  path: string;
  found: boolean;
  eof: boolean;
  facts: Facts;
  /** Values read since following began. */
  values: number;
  /** The newest lines, for "these lines were seen and none of them was recognised". */
  lines: string[];
};

type ReadChunk = Extract<TailChunk, { kind: "read" }>;

const READ_BYTES = 64 * 1024;
/** Text after which a record is closed: its points stay well under the record limit. */
const RECORD_TEXT = 16 * 1024;
/** Bytes of a record tell more than as many characters of text. */
const RECORD_SHARE = 2;
/** A record that waits for its progress bar to be redrawn waits no longer than this. */
const FLUSH_AFTER_MS = 1000;
const FULL_RETRY_MS = 1000;
const LINES_TOLD = 40;
/** What was written longer ago than this when it is read is history. */
const HISTORY_MS = 3_600_000;

export type FollowerOptions = {
  log: FollowedLog;
  host: string;
  spool: Spool;
  /** Called when new records are synced. */
  wake: () => void;
  events: FollowerEvents;
  now: () => number;
};

export class Follower {
  readonly #options: FollowerOptions;
  #place: Place;
  #reader: FileReader;
  #found: boolean;
  /** The source and facts have been spooled as they are now. */
  #introduced = false;
  /** The files beside the log have been read: later they would hide what the log has told since. */
  #besideRead: boolean;
  /** The file when this follower first saw it, and whether what it read last is history. */
  #firstSize: number | null = null;
  #isBackfill = false;
  #status: FileStatus | null = null;
  #lastStatus = "";
  #sentTitle = "";
  #values = 0;

  /** `resume` is where an earlier life of this agent was in the file, for the same group; or null. */
  constructor(options: FollowerOptions, resume: Place | null) {
    const { path } = options.log;
    this.#options = options;
    const pattern = options.log.pattern ?? resume?.pattern;
    this.#place = resume ? { ...resume, path, pattern } : newPlace(options.log);
    this.#reader = openReader({ path, state: this.#place.reader, pattern });
    this.#found = this.#place.identity !== null;
    this.#besideRead = this.#place.offset > 0;
  }

  /** Something came of the log, in this life of the agent or an earlier one. */
  get hasRead(): boolean {
    return this.#values > 0 || this.#reader.facts().linesParsed > 0;
  }

  /** Reads until `signal` aborts; then takes what is there and returns with everything synced. */
  async run(signal: AbortSignal): Promise<void> {
    const { now } = this.#options;
    const { path } = this.#place;
    const tail = await openTail({ path, from: positionOf(this.#place), now });
    const changes = new ChangeWatch(path, now);
    try {
      let readAt = now();
      let flushed = true;
      let isLast = false;
      for (;;) {
        const stopping = signal.aborted;
        const chunk = await tail.read(READ_BYTES);
        await failpoint("after-read");
        if (chunk.kind === "read") await this.#arrive(chunk);
        if (chunk.kind === "read" && chunk.segments.length > 0) {
          await this.#take(chunk);
          readAt = now();
          flushed = false;
          if (!chunk.eof) continue;
        }
        if (!flushed && (stopping || now() - readAt >= FLUSH_AFTER_MS)) {
          this.#reader.flush();
          flushed = true;
        }
        await this.#spool(chunk.kind === "read" ? chunk : null);
        if (stopping && (chunk.kind === "missing" || chunk.eof)) {
          // A file that has long been quiet gives its unfinished last line after its end was reached.
          if (isLast) return;
          isLast = true;
        }
        await changes.wait(chunk, signal);
      }
    } finally {
      changes.close();
      await tail.close();
    }
  }

  /** A first sight of the file, or of another one in its place. */
  async #arrive({ event, position, size, mtimeMs, eof, segments }: ReadChunk): Promise<void> {
    // A file that is merely quiet for long does not become history.
    if (this.#firstSize === null || event !== null || segments.length > 0) {
      this.#firstSize ??= size;
      const isNamed = Boolean(this.#options.log.backfill) && size <= this.#firstSize;
      this.#isBackfill = isNamed || this.#options.now() - mtimeMs > HISTORY_MS;
    }
    this.#status = { size, mtimeMs, eof, ...(this.#isBackfill && { backfill: true }) };
    if (event === "truncated" && size >= this.#place.offset) this.#reader.rewritten();
    // What we knew is gone, and this was there when we came: another training, another run.
    if (event === "replaced") {
      const { pattern } = this.#place;
      this.#place = newPlace({ ...this.#options.log, pattern }, this.#place.earlier + 1);
      this.#reader = openReader({ path: this.#place.path, pattern });
      this.#introduced = false;
      this.#besideRead = false;
    }
    if (!this.#found || event !== null) this.#introduced = false;
    this.#found = true;
    Object.assign(this.#place, event === null ? { identity: position.identity } : position);
  }

  /** Segments into records, cut by text length. */
  async #take({ segments, position, live, ...chunk }: ReadChunk): Promise<void> {
    const at = live ? this.#options.now() : Number.NaN;
    let text = 0;
    for (const segment of segments) {
      const { text: line, bytes } = segment;
      const isOpen = !segment.frame && segment.linesBefore < segment.line;
      this.#reader.push({ text: line, line: segment.line, at, frame: segment.frame, isOpen, ...(bytes && { bytes }) });
      text += bytes ? RECORD_SHARE * bytes.length : line.length;
      // A file that is read as a whole goes on only where a chunk ends: its digest is of that place.
      if (text < RECORD_TEXT || position.digest !== undefined) continue;
      this.#place.offset = segment.end;
      this.#place.line = segment.linesBefore;
      await this.#spool(null);
      text = 0;
    }
    Object.assign(this.#place, position);
    await this.#spool({ segments, position, live, ...chunk });
  }

  async #spool(chunk: ReadChunk | null): Promise<void> {
    const { host, spool, now, wake, events } = this.#options;
    const { path, group, earlier, identity, digest, pattern } = this.#place;
    const { groups, tail, factsChanged, config } = this.#reader.take();
    const learnt = await this.#learn(config);
    this.#values += countValues(groups);
    const told = this.#reader.title?.() ?? null;
    const title = told && { name: told.name, project: told.project || null };
    if (title && title.name !== this.#sentTitle) this.#introduced = false;
    // The record that introduces a file says how old it is, even where it ends inside a chunk.
    const status = chunk ? this.#status : this.#introduced ? null : this.#status && { ...this.#status, eof: false };
    const statusText = status ? Object.values(status).join(" ") : this.#lastStatus;
    if (
      groups.length === 0 &&
      tail.length === 0 &&
      !factsChanged &&
      learnt === null &&
      this.#introduced &&
      statusText === this.#lastStatus
    )
      return;
    const facts = this.#reader.facts();
    const record: Chunk = {
      kind: "chunk",
      t: now(),
      file: this.#place.file,
      end: this.#place.offset,
      state: {
        path,
        identity,
        line: this.#place.line,
        reader: this.#reader.state(),
        group,
        earlier,
        ...(digest && { digest }),
        ...(pattern && { pattern }),
      },
      groups,
      tail,
      ...(status && { status }),
      ...((factsChanged || learnt || !this.#introduced) && { facts: learnt ? { ...facts, config: learnt } : facts }),
      ...(!this.#introduced && {
        source: { kind: "log" as const, path, host, identity, ...(await runOf(this.#place, title)) },
      }),
    };
    const body = encodeRecord(record);
    await this.#append(body.byteLength <= LIMITS.recordBytes ? body : encodeRecord(withoutPoints(record)));
    this.#introduced = true;
    this.#sentTitle = title?.name ?? "";
    this.#lastStatus = statusText;
    await spool.sync();
    wake();
    if (!chunk || chunk.eof) {
      const lines = tail.slice(-LINES_TOLD).map((line) => line.text);
      events.read({ path, found: this.#found, eof: chunk?.eof ?? false, facts, values: this.#values, lines });
    }
  }

  /** What is new of the hyperparameters: what the log told, over what lies beside a log that is read from its beginning. */
  async #learn(told: Config | null): Promise<Config | null> {
    if (this.#besideRead || !this.#found) return told;
    this.#besideRead = true;
    let learnt: Config | undefined;
    for (const { config } of await readConfigBeside(this.#place.path)) learnt = mergeConfig(learnt, config);
    return mergeConfig(learnt, told ?? undefined) ?? null;
  }

  /** Waits while the spool is full: the log file itself is the buffer then. */
  async #append(body: Uint8Array): Promise<void> {
    for (;;) {
      try {
        this.#options.spool.append(body);
        return;
      } catch (error) {
        if (errorCode(error) !== "E_SPOOL_FULL") throw error;
        await setTimeout(FULL_RETRY_MS);
        await this.#options.spool.measure();
      }
    }
  }
}

/** The run a log belongs to. Logs that took the place of others are of the folder's next training, together again. */
async function runOf(
  { path, group, earlier }: Place,
  title: RunName | null,
): Promise<Pick<Source, "name" | "project" | "group" | "rank">> {
  const key = group === null || earlier === 0 ? group : `${group}#${earlier + 1}`;
  const named = title ?? (await mlflowName(path)) ?? runName(path, group);
  return { ...named, group: key, rank: sourceRank(path) };
}

const countValues = (groups: readonly PointGroup[]): number =>
  groups.reduce((sum, { names, step }) => sum + names.length * step.length, 0);

/** A stretch with more values than a record may hold: the rest of it goes on, and the log panel says what is missing. */
function withoutPoints(record: Chunk): Chunk {
  const values = countValues(record.groups);
  const line = record.groups.at(-1)?.line.at(-1) ?? 1;
  const note = {
    line,
    text: `[${values} values up to this line were left out: too many metrics in one line]`,
    parsed: false,
  };
  return { ...record, groups: [], tail: [...(record.tail ?? []).slice(-10), note] };
}
