import { crc32 } from "node:zlib";
import type { LogSegment, TextPosition } from "./line-splitter.ts";
import { recordSegment } from "./record-segment.ts";

/**
 * The transaction log of Weights & Biases (`run-<id>.wandb`): a 7-byte header, then LevelDB's log format. Blocks of 32 KiB hold
 * chunks: CRC-32 u32 over type and data, length u16, type u8 (1 full, 2 first, 3 middle, 4 last), data; less than 7 bytes at a
 * block's end are padding. `wandb/wandb:wandb/sdk/internal/datastore.py`, `core/internal/transactionlog`.
 *
 * A chunk that is not there yet in full is waited for. Behind damage reading goes on at the next block.
 */
const FILE_HEADER = 7;
const CHUNK_HEADER = 7;
const BLOCK = 32 * 1024;
const MAX_RECORD = 1024 * 1024;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

export class WandbSplitter {
  /** Where the last record ended. */
  #end: number;
  #line: number;
  /** Offset of the first pending byte. */
  #at: number;
  #pending = Buffer.alloc(0);
  /** Chunks of a record that is not complete; null while its first one has not been seen or was damaged. */
  #parts: Buffer[] | null = null;
  #partBytes = 0;
  readonly heldBytes = 0;

  constructor(from: TextPosition = { offset: 0, line: 0 }) {
    this.#end = from.offset;
    this.#at = from.offset;
    this.#line = from.line;
  }

  get position(): TextPosition {
    return { offset: this.#end, line: this.#line };
  }

  push(bytes: Uint8Array): LogSegment[] {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const data = this.#pending.length > 0 ? Buffer.concat([this.#pending, input]) : input;
    const segments: LogSegment[] = [];
    let used = 0;
    for (;;) {
      const size = this.#next(data.subarray(used), segments);
      if (size === 0) break;
      used += size;
      this.#at += size;
    }
    this.#pending = Buffer.from(data.subarray(used));
    return segments;
  }

  flush(): null {
    return null;
  }

  /** Takes the header, padding or one chunk from the front; returns its length, 0 when it is not there in full. */
  #next(data: Buffer, segments: LogSegment[]): number {
    if (this.#at === 0) return data.length >= FILE_HEADER ? FILE_HEADER : 0;
    const room = BLOCK - (this.#at % BLOCK);
    if (room < CHUNK_HEADER) return data.length >= room ? room : 0;
    if (data.length < CHUNK_HEADER) return 0;
    const length = data.readUInt16LE(4);
    const type = data.readUInt8(6);
    const size = CHUNK_HEADER + length;
    if (type < FULL || type > LAST || size > room) {
      this.#parts = null;
      return data.length >= room ? room : 0;
    }
    if (data.length < size) return 0;
    if (crc32(data.subarray(6, size)) !== data.readUInt32LE(0)) this.#parts = null;
    else this.#take(type, Buffer.from(data.subarray(CHUNK_HEADER, size)), this.#at + size, segments);
    return size;
  }

  #take(type: number, part: Buffer, end: number, segments: LogSegment[]): void {
    if (type === FULL || type === FIRST) {
      this.#parts = [];
      this.#partBytes = 0;
    }
    if (!this.#parts) return;
    this.#partBytes += part.length;
    if (this.#partBytes <= MAX_RECORD) this.#parts.push(part);
    if (type !== FULL && type !== LAST) return;
    const isLarge = this.#partBytes > MAX_RECORD;
    this.#end = end;
    this.#line += 1;
    segments.push(
      recordSegment(isLarge ? null : Buffer.concat(this.#parts), this.position, isLarge ? this.#partBytes : 0),
    );
    this.#parts = null;
  }
}
