import { LIMITS } from "#lib/protocol/index.ts";
import type { LogSegment, TextPosition } from "./line-splitter.ts";

/**
 * The rows of a JSON document: every object in an array becomes a line of text, without the blanks between its tokens; so does
 * each plain member of the outermost object, as an object of its own (`{"max_steps":40}`). A Trainer's `trainer_state.json` is
 * read so: its `log_history` is an array of records.
 *
 * A document is written anew, so an offset counts what the rows before have in characters: it stays the same when the document
 * grows at its end. Members that are no rows do not count. Numbers such as a bare `NaN` are left as they are.
 */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Documents that nest deeper are not read beyond it. */
const MAX_DEPTH = 64;
const MAX_MEMBER = 300;

export class JsonRowSplitter {
  #offset = 0;
  #line = 0;
  /** Opened brackets, outermost first: `{` or `[`. */
  readonly #open: number[] = [];
  /** How many were open when the row began; null outside of a row. */
  #rowDepth: number | null = null;
  #inText = false;
  #isEscaped = false;
  #isDone = false;
  #isTooDeep = false;
  /** Of the row, or of the outermost object's member that is being read. */
  #kept: number[] = [];
  #cutBytes = 0;
  readonly heldBytes = 0;

  get position(): TextPosition {
    return { offset: this.#offset, line: this.#line };
  }

  /** The outermost bracket has been closed. */
  get isDone(): boolean {
    return this.#isDone;
  }

  push(bytes: Uint8Array): LogSegment[] {
    const segments: LogSegment[] = [];
    for (const byte of bytes) {
      if (this.#isTooDeep) break;
      if (this.#inText) {
        this.#keep(byte);
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inText = false;
        continue;
      }
      if (byte <= 0x20) continue;
      this.#take(byte, segments);
    }
    return segments;
  }

  flush(): null {
    return null;
  }

  #take(byte: number, segments: LogSegment[]): void {
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        this.#keep(byte);
        return;
      case OPEN:
      case OPEN_LIST: {
        const isRow = byte === OPEN && this.#rowDepth === null && this.#open.at(-1) === OPEN_LIST;
        if (isRow) this.#rowDepth = this.#open.length;
        if (this.#rowDepth === null || isRow) this.#forget();
        this.#keep(byte);
        this.#open.push(byte);
        this.#isTooDeep = this.#open.length > MAX_DEPTH;
        return;
      }
      case CLOSE:
      case CLOSE_LIST: {
        if (this.#open.length === 1) this.#giveMember(segments);
        this.#open.pop();
        this.#keep(byte);
        if (this.#rowDepth === this.#open.length) this.#giveRow(segments);
        if (this.#rowDepth === null) this.#forget();
        this.#isDone = this.#open.length === 0;
        return;
      }
      case COMMA:
        if (this.#open.length === 1) this.#giveMember(segments);
        if (this.#rowDepth === null) this.#forget();
        else this.#keep(byte);
        return;
      default:
        this.#keep(byte);
    }
  }

  #keep(byte: number): void {
    if (this.#rowDepth === null && (this.#open.length !== 1 || this.#kept.length > MAX_MEMBER)) return;
    if (this.#kept.length < LIMITS.lineBytes) this.#kept.push(byte);
    else this.#cutBytes += 1;
  }

  #forget(): void {
    this.#kept = [];
    this.#cutBytes = 0;
  }

  #giveRow(segments: LogSegment[]): void {
    const text = Buffer.from(this.#kept).toString("utf8");
    this.#rowDepth = null;
    this.#line += 1;
    this.#offset += this.#kept.length + this.#cutBytes + 1;
    const { offset, line } = this.position;
    segments.push({ text, line, end: offset, linesBefore: line, frame: false, cutBytes: this.#cutBytes });
  }

  /** Only what is plain: the name and a number, text or word. */
  #giveMember(segments: LogSegment[]): void {
    const isPlain = this.#rowDepth === null && this.#open[0] === OPEN && this.#kept[0] === QUOTE;
    if (!isPlain || this.#kept.length > MAX_MEMBER || !this.#kept.includes(COLON)) return;
    const { offset, line } = this.position;
    const text = `{${Buffer.from(this.#kept).toString("utf8")}}`;
    // It is told with the row before it, or is the document's first.
    const at = { line: Math.max(1, line), end: offset, linesBefore: line };
    segments.push({ text, ...at, frame: false, cutBytes: 0 });
  }
}
