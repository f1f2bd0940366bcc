import { type Frame, HEADER_BYTES } from "./format.ts";

/** Record numbers `from … to`, both included. */
export type SeqRange = { from: number; to: number };

/** A place to begin reading at. */
export type Mark = { seq: number; offset: number };

/** Distance of the marks kept, so that finding a record reads about this much and memory stays small. */
export const MARK_BYTES = 64 * 1024;

/** What is known of one segment file: which records it holds, and where some of them are. Holds no open file. */
export class Segment {
  readonly path: string;
  readonly ordinal: number;
  readonly firstSeq: number;
  /** Last record, or `firstSeq - 1` when there is none. */
  #lastSeq: number;
  /** End of the last frame. */
  #bytes = HEADER_BYTES;
  #holes: SeqRange[] = [];
  #marks: Mark[] = [];
  /** When the server was first known to have all of it; null before. */
  ackedAt: number | null = null;

  constructor(path: string, ordinal: number, firstSeq: number) {
    this.path = path;
    this.ordinal = ordinal;
    this.firstSeq = firstSeq;
    this.#lastSeq = firstSeq - 1;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#lastSeq < this.firstSeq;
  }

  /** Numbers within `firstSeq … lastSeq` that have no record, ascending. */
  get holes(): readonly SeqRange[] {
    return this.#holes;
  }

  /** Takes note of the next frame in the file; numbers left out since the last one are a hole. */
  add({ seq, offset, end }: Omit<Frame, "body">): void {
    this.addHole(seq - 1);
    const mark = this.#marks.at(-1);
    if (!mark || offset - mark.offset >= MARK_BYTES || this.#holes.at(-1)?.to === seq - 1) {
      this.#marks.push({ seq, offset });
    }
    this.#lastSeq = seq;
    this.#bytes = end;
  }

  /** Notes that the records after the last one up to `to` are gone. */
  addHole(to: number): void {
    if (to <= this.#lastSeq) return;
    this.#holes.push({ from: this.#lastSeq + 1, to });
    this.#lastSeq = to;
  }

  /**
   * Takes note again of what is in the file.
   *
   * @param frames all that can be read, ascending
   * @returns holes that were not known before
   */
  survey(frames: Iterable<Frame>): SeqRange[] {
    const [lastSeq, bytes, known] = [this.#lastSeq, this.#bytes, this.#holes];
    this.#lastSeq = this.firstSeq - 1;
    this.#holes = [];
    this.#marks = [];
    for (const frame of frames) this.add(frame);
    this.addHole(lastSeq);
    this.#bytes = bytes;
    return this.#holes.filter(({ from, to }) => !known.some((hole) => hole.from === from && hole.to === to));
  }

  /** The unbroken stretch of records that begins with the first one not below `seq`; null when there is none. */
  stretchFrom(seq: number): SeqRange | null {
    let from = Math.max(seq, this.firstSeq);
    for (const hole of this.#holes) {
      if (from < hole.from) return { from, to: hole.from - 1 };
      if (from <= hole.to) from = hole.to + 1;
    }
    return from <= this.#lastSeq ? { from, to: this.#lastSeq } : null;
  }

  /** The nearest known place at or before record `seq`, with no hole between. */
  markBefore(seq: number): Mark {
    return this.#marks.findLast((mark) => mark.seq <= seq) ?? { seq: this.firstSeq, offset: HEADER_BYTES };
  }
}
