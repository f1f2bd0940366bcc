import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { crc32, createGunzip } from "node:zlib";
import { CurvewatchError, type FileIdentity } from "#lib/protocol/index.ts";
import { logError, systemCode } from "./errors.ts";
import { isGzip } from "./file-kind.ts";
import { wholeIdentity } from "./identity.ts";
import type { LogSegment } from "./line-splitter.ts";
import type { TailChunk, TailEvent, TailPosition } from "./log-tail.ts";
import { statOrNull } from "./rotation.ts";
import { type Splitter, splitterFor } from "./splitter.ts";

/**
 * A file that can only be read as a whole: a JSON document that is written anew, or a compressed log. When it has changed it is
 * read again from its beginning, and what was given before is passed over, if it is still the same; `offset` counts what the
 * segments cover, not bytes of the file. What is different from what was given is given anew, as after a truncation; a file
 * whose first segment is another one has been `replaced`.
 *
 * Such a file is known by its path: it has no beginning that stays.
 */
export class WholeTail {
  readonly #path: string;
  #from: TailPosition | null;
  #pass: Pass | null = null;
  /** Size and time of what was read to its end. */
  #seen = "";
  /** Told again until there is something new. */
  #last: TailChunk = { kind: "missing" };
  #event: TailEvent | null = null;

  constructor(path: string, from: TailPosition | null) {
    this.#path = path;
    this.#from = from;
  }

  /** @throws CurvewatchError when the file cannot be read, or is no gzip file though its name says so */
  async read(_maxBytes: number): Promise<TailChunk> {
    const pass = this.#pass ?? (await this.#begin());
    if (!pass) return this.#last;
    for (;;) {
      const found = await pass.next().catch((error: unknown) => this.#fail(error));
      if (pass.differs) return this.#again(pass, pass.differs);
      if (found === null) {
        pass.close();
        this.#pass = null;
        this.#from = pass.position;
        this.#last = this.#chunk(pass, [], true);
        this.#seen = pass.signature;
        return this.#last;
      }
      if (found.length > 0) return this.#chunk(pass, found, false);
    }
  }

  async close(): Promise<void> {
    this.#pass?.close();
    this.#pass = null;
  }

  /** A new reading; null when there is nothing new to read. */
  async #begin(): Promise<Pass | null> {
    const stat = await statOrNull(this.#path).catch((error: unknown) => this.#fail(error));
    if (!stat) {
      this.#last = { kind: "missing" };
      this.#seen = "missing";
      return null;
    }
    if (!stat.isFile()) throw new CurvewatchError("bad_request", `${this.#path} is not a regular file.`);
    if (signatureOf(stat) === this.#seen) return null;
    if (this.#seen === "missing") this.#event = "appeared";
    this.#pass = new Pass(this.#path, this.#from, stat);
    return this.#pass;
  }

  /** Not what was given before: it is given anew. */
  #again(before: Pass, differs: "first" | "later"): TailChunk {
    before.close();
    this.#event = differs === "first" ? "replaced" : "truncated";
    this.#from = null;
    this.#pass = new Pass(this.#path, null, before.stat);
    return this.#chunk(this.#pass, [], false);
  }

  #chunk(pass: Pass, segments: LogSegment[], eof: boolean): TailChunk {
    const event = this.#event;
    this.#event = null;
    const { position } = pass;
    return {
      kind: "read",
      segments,
      position,
      eof,
      size: Math.max(pass.size, position.offset),
      mtimeMs: pass.mtimeMs,
      live: segments.length > 0 && this.#seen !== "",
      event,
    };
  }

  #fail(error: unknown): never {
    this.#pass?.close();
    this.#pass = null;
    throw logError(this.#path, error);
  }
}

type Stat = { size: bigint; mtimeNs: bigint };
const signatureOf = ({ size, mtimeNs }: Stat): string => `${size} ${mtimeNs}`;

/** One reading of the file from its beginning. */
class Pass {
  readonly stat: Stat;
  readonly signature: string;
  /** What was given before is not what is there now: from its first segment on, or later. */
  differs: "first" | "later" | null = null;
  readonly #from: TailPosition | null;
  readonly #identity: FileIdentity;
  readonly #splitter: Splitter;
  readonly #stream: Readable;
  readonly #bytes: AsyncIterator<Buffer>;
  #digest: Digest | null = null;
  #isSame: boolean;
  #position: TailPosition;

  constructor(path: string, from: TailPosition | null, stat: Stat) {
    this.stat = stat;
    this.signature = signatureOf(stat);
    this.#from = from;
    this.#isSame = from === null || from.offset === 0;
    this.#identity = wholeIdentity(path);
    this.#position = from ?? { identity: this.#identity, offset: 0, line: 0, digest: "" };
    this.#splitter = splitterFor(path, isGzip(path) ? undefined : DOCUMENT);
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    // An error of either surfaces through the stream that is read.
    this.#stream = isGzip(path) ? pipeline(file, createGunzip(), () => {}) : file;
    this.#bytes = this.#stream[Symbol.asyncIterator]();
  }

  get size(): number {
    return Number(this.stat.size);
  }

  get mtimeMs(): number {
    return Number(this.stat.mtimeNs / 1000n) / 1000;
  }

  /** Behind what has been given, now or before. */
  get position(): TailPosition {
    return this.#position;
  }

  /** The next segments that were not given before, maybe none; null at the end. */
  async next(): Promise<LogSegment[] | null> {
    const { value, done } = await this.#bytes.next().catch(cutGzip);
    if (!done) return this.#take(this.#splitter.push(value as Buffer));
    const rest = this.#splitter.flush();
    const last = rest ? this.#take([rest]) : [];
    // Less than before: a whole document has lost its end, and tells more when it has grown beyond it again.
    return last.length > 0 ? last : null;
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(segments: LogSegment[]): LogSegment[] {
    const fresh: LogSegment[] = [];
    for (const segment of segments) {
      const isRow = segment.end > (this.#digest?.end ?? 0);
      const isKnown = segment.end <= (this.#from?.offset ?? 0);
      if (isRow && !isKnown && !this.#isSame && !this.#compare()) return [];
      if (isRow) this.#digest = digested(this.#digest, segment);
      if (isRow && isKnown) continue;
      fresh.push(segment);
      if (isKnown) continue;
      const { end: offset, linesBefore: line } = segment;
      this.#position = { identity: this.#identity, offset, line, digest: textOf(this.#digest) };
    }
    return fresh;
  }

  /** Whether what was passed over is what had been given. */
  #compare(): boolean {
    const [first, all] = (this.#from?.digest ?? "").split("-");
    const isFirst = this.#digest !== null && first === hex(this.#digest.first);
    this.#isSame = isFirst && this.#digest !== null && all === hex(this.#digest.all);
    if (!this.#isSame) this.differs = isFirst ? "later" : "first";
    return this.#isSame;
  }
}

/** What is read at a time becomes one record of the spool. */
const READ_BYTES = 16 * 1024;
/** Tells `fileKind` that a JSON file is a document: only such a one is read here. */
const DOCUMENT = Buffer.from("[");

type Digest = { first: number; all: number; end: number };

function digested(before: Digest | null, { text, bytes, end }: LogSegment): Digest {
  const content = bytes ?? text;
  return { first: before?.first ?? crc32(content), all: crc32(content, before?.all ?? 0), end };
}

const textOf = (digest: Digest | null): string => (digest ? `${hex(digest.first)}-${hex(digest.all)}` : "");
const hex = (value: number): string => value.toString(16);

/** A compressed file that is still being written has no end yet. */
function cutGzip(error: unknown): { value: undefined; done: true } {
  if (systemCode(error) === "Z_BUF_ERROR") return { value: undefined, done: true };
  throw error;
}
