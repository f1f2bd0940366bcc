import { FRAME_BYTES, type Frame, frameAt, framesIn, HEADER_BYTES, MAX_BODY_BYTES } from "./format.ts";
import { MARK_BYTES, type Mark, type Segment, type SeqRange } from "./segment.ts";
import { FileBuffer, type SpoolFile, type SpoolFs } from "./spool-fs.ts";

/** At most so many records and bytes of bodies; one record comes whatever its size. */
export type ReadLimit = { records: number; bytes: number };

/** Reads records back from segment files, each checked again. */
export class SegmentReader {
  readonly #fs: SpoolFs;
  /** Where the last read ended, as the next one mostly begins there. */
  #last: { segment: Segment; next: Mark } | null = null;

  constructor(fs: SpoolFs) {
    this.#fs = fs;
  }

  /** Bodies of the records of `stretch` from its beginning; none when the first one is damaged. */
  async read(segment: Segment, stretch: SeqRange, limit: ReadLimit): Promise<Buffer[]> {
    const last = this.#last;
    const isNext = last?.segment === segment && last.next.seq === stretch.from;
    const from = isNext ? last.next : segment.markBefore(stretch.from);
    const file = await this.#fs.open(segment.path, "read");
    try {
      const { bodies, next } = await collect(file, from, segment.bytes, stretch, limit);
      this.#last = { segment, next };
      return bodies;
    } finally {
      await file.close();
    }
  }

  /** All records of the segment that can be read, ascending; valid until `buffer` takes another file. */
  async frames(segment: Segment, buffer = new FileBuffer()): Promise<Iterable<Frame>> {
    const { firstSeq: first, lastSeq: last, bytes } = segment;
    const file = await this.#fs.open(segment.path, "read");
    try {
      const content = await buffer.load(file);
      return framesIn(content.subarray(0, bytes), HEADER_BYTES, { first, last, salvage: true });
    } finally {
      await file.close();
    }
  }
}

/** Goes from frame to frame, from a known place to the stretch and through it. */
async function collect(
  file: SpoolFile,
  start: Mark,
  end: number,
  stretch: SeqRange,
  limit: ReadLimit,
): Promise<{ bodies: Buffer[]; next: Mark }> {
  const bodies: Buffer[] = [];
  let { seq, offset } = start;
  let room = limit.bytes;
  let length = MARK_BYTES + limit.bytes;
  while (bodies.length === 0) {
    const window = await file.read(offset, Math.min(length, end - offset));
    let at = 0;
    while (seq <= stretch.to && bodies.length < limit.records) {
      const frame = frameAt(window, at, seq, seq);
      if (!frame) break;
      if (seq >= stretch.from) {
        room -= frame.body.length;
        if (room < 0 && bodies.length > 0) break;
        bodies.push(frame.body);
      }
      at = frame.end;
      seq += 1;
    }
    if (at === 0 && length >= FRAME_BYTES + MAX_BODY_BYTES) break; // Not cut by the window, so damaged.
    if (at === 0) length = FRAME_BYTES + MAX_BODY_BYTES;
    offset += at;
  }
  return { bodies, next: { seq, offset } };
}
