import { LIMITS } from "#lib/protocol/index.ts";

/**
 * One stretch of a log: a line, or one frame of a progress bar. Empty stretches are given out too, so that segments cover
 * the log without a hole.
 */
export type LogSegment = {
  /** Decoded as UTF-8 with replacement, without the terminator, at most 64 KiB of it. */
  text: string;
  /** 1-based physical line, counted by `\n`; frames of one bar share it. */
  line: number;
  /** Byte offset after the terminator. */
  end: number;
  /** Lines complete before `end`: `{ offset: end, line: linesBefore }` is the position to go on from. */
  linesBefore: number;
  /** Ended by a bare `\r`. */
  frame: boolean;
  /** Bytes beyond the limit that `text` does not hold. */
  cutBytes: number;
  /** Of a file that holds records instead of text: the record; empty when it is damaged or too large. */
  bytes?: Uint8Array;
};

/** A place in a log: the byte offset and how many lines end before it. */
export type TextPosition = { offset: number; line: number };

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Cuts bytes into segments at `\n`, `\r\n` and bare `\r`, and decodes each segment after cutting. Any split of the bytes
 * gives the same segments, and so does a new splitter that starts at a segment's end.
 *
 * The unfinished rest is held, 64 KiB of it at most; a trailing `\r` too, as only the next byte tells what it was. NULs
 * before a segment's text are the hole that truncation leaves under a writer that does not append: skipped, not text.
 */
export class LineSplitter {
  #offset: number;
  #line: number;
  /** Text of the unfinished segment, as far as it is kept. */
  #kept = Buffer.alloc(0);
  #keptBytes = 0;
  /** Bytes of the unfinished segment, the trailing `\r` not among them. */
  #heldBytes = 0;
  #cutBytes = 0;
  #heldReturn = false;

  constructor(from: TextPosition = { offset: 0, line: 0 }) {
    this.#offset = from.offset;
    this.#line = from.line;
  }

  /** The end of the last segment given out. */
  get position(): TextPosition {
    return { offset: this.#offset, line: this.#line };
  }

  /** Bytes taken in that no segment holds yet. */
  get heldBytes(): number {
    return this.#heldBytes + (this.#heldReturn ? 1 : 0);
  }

  /** Takes the next bytes of the log (copied as needed) and returns the segments they complete. */
  push(bytes: Uint8Array): LogSegment[] {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const segments: LogSegment[] = [];
    let at = 0;
    if (this.#heldReturn && input.length > 0) {
      at = input[0] === LF ? 1 : 0;
      segments.push(this.#finish(at === 1 ? "\r\n" : "\r"));
    }
    let newline = input.indexOf(LF, at);
    let carriageReturn = input.indexOf(CR, at);
    while (newline >= 0 || carriageReturn >= 0) {
      if (carriageReturn < 0 || (newline >= 0 && newline < carriageReturn)) {
        segments.push(this.#complete(input, at, newline, "\n"));
        at = newline + 1;
      } else if (carriageReturn + 1 === input.length) {
        this.#hold(input.subarray(at, carriageReturn));
        this.#heldReturn = true;
        return segments;
      } else {
        const terminator = newline === carriageReturn + 1 ? "\r\n" : "\r";
        segments.push(this.#complete(input, at, carriageReturn, terminator));
        at = carriageReturn + terminator.length;
        carriageReturn = input.indexOf(CR, at);
      }
      if (newline >= 0 && newline < at) newline = input.indexOf(LF, at);
    }
    this.#hold(input.subarray(at));
    return segments;
  }

  /** Gives out the unfinished rest as it is, or null when there is none. What completes the line later is a new segment. */
  flush(): LogSegment | null {
    if (this.heldBytes === 0) return null;
    return this.#finish(this.#heldReturn ? "\r" : "");
  }

  /** The segment that ends at `end`. Nearly every one begins in the same bytes, and is decoded where it lies. */
  #complete(input: Buffer, start: number, end: number, terminator: "\n" | "\r\n" | "\r"): LogSegment {
    if (this.#keptBytes > 0 || input[start] === 0 || end - start > LIMITS.lineBytes) {
      this.#hold(input.subarray(start, end));
      return this.#finish(terminator);
    }
    this.#heldBytes += end - start;
    return this.#finish(terminator, input.toString("utf8", start, end));
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    let start = 0;
    if (this.#keptBytes === 0) while (start < bytes.length && bytes[start] === 0) start += 1;
    const room = LIMITS.lineBytes - this.#keptBytes;
    const text = bytes.subarray(start, start + room);
    this.#cutBytes += bytes.length - start - text.length;
    const needed = this.#keptBytes + text.length;
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, 2 * this.#kept.length, 256), LIMITS.lineBytes));
      this.#kept.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    text.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = needed;
  }

  #finish(
    terminator: "\n" | "\r\n" | "\r" | "",
    decoded = this.#kept.toString("utf8", 0, this.#keptBytes),
  ): LogSegment {
    const text = this.#offset === 0 && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
    const line = this.#line + 1;
    if (terminator.endsWith("\n")) this.#line = line;
    this.#offset += this.#heldBytes + terminator.length;
    const segment = {
      text,
      line,
      end: this.#offset,
      linesBefore: this.#line,
      frame: terminator === "\r",
      cutBytes: this.#cutBytes,
    };
    this.#keptBytes = 0;
    this.#heldBytes = 0;
    this.#cutBytes = 0;
    this.#heldReturn = false;
    return segment;
  }
}
