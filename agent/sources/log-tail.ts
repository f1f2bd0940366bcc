import type { FileIdentity } from "#lib/protocol/index.ts";
import { logError, systemCode } from "./errors.ts";
import type { LogSegment } from "./line-splitter.ts";
import { LogFile } from "./log-file.ts";
import { findRenamed, findSuccessor, statOrNull } from "./rotation.ts";
import { type Splitter, splitterFor } from "./splitter.ts";

/** Where reading is: `offset` bytes into the file known by `identity`, after `line` complete lines. */
export type TailPosition = {
  identity: FileIdentity;
  offset: number;
  line: number;
  /** Of a file that is read as a whole: what was given, to tell whether it is still there. */
  digest?: string | undefined;
};

/**
 * What happened before a chunk's first byte:
 * - `rotated` the path names another file now; the one before it was read to its end
 * - `truncated` the file was emptied or rewritten in place
 * - `replaced` the file that `from` knew is gone or changed, and this is another one
 * - `appeared` there was no file before
 *
 * All but `appeared` after an absence of the same file start at offset 0.
 */
export type TailEvent = "rotated" | "truncated" | "replaced" | "appeared";

export type TailChunk =
  | { kind: "missing" }
  | {
      kind: "read";
      /** All of one file, in order. */
      segments: LogSegment[];
      /** After the last segment; bytes of an unfinished line are not counted. */
      position: TailPosition;
      /** The end of the file was reached. */
      eof: boolean;
      /** Of the file, in bytes. */
      size: number;
      /** Epoch ms by the file system's clock. */
      mtimeMs: number;
      /** The bytes appeared after the end of this file had been reached before: now is when they were written. */
      live: boolean;
      event: TailEvent | null;
    };

type ReadChunk = Extract<TailChunk, { kind: "read" }>;

/** An unfinished line is given out when its file has been quiet for this long. */
const QUIET_MS = 5000;
/** How long a file that lost its name is still read for late writers. */
const GRACE_MS = 30_000;
/** The same once its successor has data: whoever writes there has finished here. */
const SETTLE_MS = 200;
/** Read at a time while nothing is known to be behind. */
const READ_BYTES = 64 * 1024;

/** The file being read and how far reading is. */
type Current = {
  file: LogFile;
  splitter: Splitter;
  /** Bytes read, those of the held rest among them. */
  readBytes: number;
  /** The end had been reached: bytes found from now on are new. */
  reachedEnd: boolean;
  /** The last bytes read were new ones. */
  live: boolean;
  /** When the file last grew, by our clock. */
  grewAt: number;
  /** When the path was first seen to name another file or none, by our clock. */
  leftAt: number | null;
};

/**
 * Follows one log by its path, through rotation, truncation, deletion and restarts. Reading is pulled: nothing happens
 * between two calls of `read`, and whoever stops calling loses nothing while the files stay.
 */
export class LogTail {
  readonly #path: string;
  readonly #now: () => number;
  #current: Current | null = null;
  /** Where reading was in the file that is not open now. */
  #resume: TailPosition | null;
  /** Told with the next chunk. */
  #event: TailEvent | null = null;
  #wasMissing = false;
  #buffer = Buffer.alloc(0);

  private constructor(path: string, from: TailPosition | null, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#resume = from;
  }

  /**
   * Opens what is there; a missing file is waited for. With `from`, reading goes on there when the file is still the same,
   * under this name or, after a rotation, under another one of the folder.
   *
   * @param options.now our clock, epoch ms; decides about silence and grace, never about order
   * @throws CurvewatchError when the path cannot be read or is no regular file
   */
  static async open(options: { path: string; from: TailPosition | null; now: () => number }): Promise<LogTail> {
    const tail = new LogTail(options.path, options.from, options.now);
    await tail.#open();
    return tail;
  }

  /**
   * Reads what is new, at most `maxBytes`. One call at a time.
   *
   * @throws CurvewatchError when the log cannot be read; a later call tries again from the same place
   */
  async read(maxBytes: number): Promise<TailChunk> {
    for (;;) {
      const current = this.#current ?? (await this.#open());
      if (!current) return { kind: "missing" };
      const chunk = await this.#advance(current, maxBytes).catch((error: unknown) => this.#recover(current, error));
      if (chunk) return chunk;
    }
  }

  async close(): Promise<void> {
    await this.#current?.file.close();
    this.#current = null;
  }

  /** The next chunk of `current`, or null when reading has moved on to another file or none. */
  async #advance(current: Current, maxBytes: number): Promise<ReadChunk | null> {
    const { file, splitter } = current;
    const bytes = await this.#readNew(current, maxBytes);
    // Only now: a rewrite before this look cannot have slipped garbage into the bytes unseen.
    if (!(await file.refresh(current.readBytes + bytes.length))) return this.#startOver(current);
    if (bytes.length > 0) return this.#take(current, bytes);
    current.reachedEnd = true;
    if (splitter.heldBytes > 0 && this.#now() - current.grewAt >= QUIET_MS) return this.#giveRest(current);
    return this.#followPath(current);
  }

  async #readNew(current: Current, maxBytes: number): Promise<Buffer> {
    const behind = current.file.size - current.readBytes;
    const length = Math.min(maxBytes, Math.max(READ_BYTES, behind));
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(length);
    const bytesRead = await current.file.read(this.#buffer, length, current.readBytes);
    return this.#buffer.subarray(0, bytesRead);
  }

  #take(current: Current, bytes: Buffer): ReadChunk {
    const now = this.#now();
    current.live = current.reachedEnd;
    // What lay there before we came has been quiet since its writer stopped.
    current.grewAt = current.live ? now : Math.min(now, current.file.mtimeMs);
    current.readBytes += bytes.length;
    current.reachedEnd = current.readBytes >= current.file.size;
    const segments = current.splitter.push(bytes);
    if (current.reachedEnd && this.#buffer.length > READ_BYTES) this.#buffer = Buffer.alloc(0);
    return this.#chunk(current, segments);
  }

  #chunk(current: Current, segments: LogSegment[]): ReadChunk {
    const { file, splitter } = current;
    const event = this.#event;
    this.#event = null;
    return {
      kind: "read",
      segments,
      position: { identity: file.identity, ...splitter.position },
      eof: current.readBytes >= file.size,
      size: file.size,
      mtimeMs: file.mtimeMs,
      live: segments.length > 0 && current.live,
      event,
    };
  }

  #giveRest(current: Current): ReadChunk {
    const rest = current.splitter.flush();
    return this.#chunk(current, rest ? [rest] : []);
  }

  /** The content was rewritten in place: the rest of the old one first, in a chunk of its own, then from 0. */
  async #startOver(current: Current): Promise<ReadChunk | null> {
    if (current.splitter.heldBytes > 0) return this.#giveRest(current);
    await current.file.restart();
    this.#begin(current.file, null, "truncated");
    return null;
  }

  /** At the end of the file: is it still the one its path names, and if not, is it time to leave it? */
  async #followPath(current: Current): Promise<ReadChunk | null> {
    const { file, splitter } = current;
    const now = this.#now();
    const named = await statOrNull(this.#path);
    if (named && file.hasInodeOf(named)) {
      current.leftAt = null;
      return this.#chunk(current, []);
    }
    current.leftAt ??= now;
    const successor = await findSuccessor(this.#path, file);
    const idleMs = now - Math.max(current.leftAt, current.grewAt);
    const overtaken = successor !== null && successor.size > 0;
    const done =
      successor?.retired ||
      idleMs >= GRACE_MS ||
      (overtaken && (idleMs >= SETTLE_MS || now - current.leftAt >= GRACE_MS));
    if (!done) return this.#chunk(current, []);
    if (splitter.heldBytes > 0) return this.#giveRest(current);
    const next = successor && (await LogFile.open(successor.path));
    if (successor && !next) return this.#chunk(current, []); // Gone again between two looks.
    await file.close();
    if (next) this.#begin(next, null, "rotated");
    else this.#leave(current);
    return null;
  }

  /** Opens the file at the path, or the one we were in, wherever it is now; null while there is none. */
  async #open(): Promise<Current | null> {
    const file = await LogFile.open(this.#path);
    const from = this.#resume;
    // A name that is gone for good is not worth a search at every look.
    const isSearched = from && !file?.continues(from.identity, from.offset) && (file || !this.#wasMissing);
    const renamed = isSearched ? await findRenamed(this.#path, from.identity, from.offset) : null;
    if (renamed) await file?.close();
    const opened = renamed ?? file;
    if (!opened) {
      this.#wasMissing = true;
      return null;
    }
    const appeared = this.#wasMissing ? "appeared" : null;
    if (!from) return this.#begin(opened, null, appeared);
    const goesOn = opened.continues(from.identity, from.offset);
    return this.#begin(opened, goesOn ? from : null, goesOn ? appeared : "replaced");
  }

  #begin(file: LogFile, from: TailPosition | null, event: TailEvent | null): Current {
    this.#resume = null;
    this.#wasMissing = false;
    this.#event = event;
    this.#current = {
      file,
      splitter: splitterFor(this.#path, undefined, from ?? undefined),
      readBytes: from?.offset ?? 0,
      reachedEnd: false,
      live: false,
      grewAt: this.#now(),
      leftAt: null,
    };
    return this.#current;
  }

  #leave(current: Current): void {
    this.#resume = { identity: current.file.identity, ...current.splitter.position };
    this.#current = null;
    this.#wasMissing = true;
  }

  /** A stale NFS handle is opened anew, from where its segments ended; any other error is for the caller. */
  async #recover(current: Current, error: unknown): Promise<null> {
    if (systemCode(error) !== "ESTALE") throw logError(this.#path, error);
    await current.file.close().catch(() => {}); // The handle is of no use, whatever closing it says.
    this.#resume = { identity: current.file.identity, ...current.splitter.position };
    this.#current = null;
    return null;
  }
}
