import { crc32c } from "../spool/index.ts";
import type { LogSegment, TextPosition } from "./line-splitter.ts";
import { recordSegment } from "./record-segment.ts";

/**
 * TFRecord frames, of which a TensorBoard event file is made: u64 length, masked CRC-32C of it, data, masked CRC-32C of the data,
 * all little-endian. `tensorflow/tensorboard:tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py`.
 *
 * A frame that is not there yet in full is waited for. One whose data are damaged, or too large to be scalars, is passed over;
 * behind a damaged length nothing can be found any more, so nothing is read there.
 */
const HEADER = 12;
const TRAILER = 4;
const MAX_DATA = 1024 * 1024;

export class TfRecordSplitter {
  #offset: number;
  #line: number;
  #pending = Buffer.alloc(0);
  /** Bytes of a frame too large to keep that are still to come. */
  #skip = 0;
  #isBroken = false;
  readonly heldBytes = 0;

  constructor(from: TextPosition = { offset: 0, line: 0 }) {
    this.#offset = from.offset;
    this.#line = from.line;
  }

  get position(): TextPosition {
    return { offset: this.#offset, line: this.#line };
  }

  push(bytes: Uint8Array): LogSegment[] {
    const segments: LogSegment[] = [];
    if (this.#isBroken) return segments;
    let input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#skip > 0) {
      const passed = Math.min(this.#skip, input.length);
      this.#skip -= passed;
      input = input.subarray(passed);
      if (this.#skip > 0) return segments;
    }
    const data = this.#pending.length > 0 ? Buffer.concat([this.#pending, input]) : input;
    let at = 0;
    while (data.length - at >= HEADER) {
      const length = frameLength(data, at);
      if (length === null) {
        this.#isBroken = true;
        break;
      }
      const size = HEADER + length + TRAILER;
      const isLarge = length > MAX_DATA;
      if (!isLarge && data.length - at < size) break;
      this.#offset += size;
      this.#line += 1;
      const body = isLarge ? null : checkedBody(data, at + HEADER, length);
      segments.push(recordSegment(body, this.position, isLarge ? length : 0));
      at += size;
      if (at > data.length) {
        this.#skip = at - data.length;
        at = data.length;
      }
    }
    this.#pending = this.#isBroken ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
    return segments;
  }

  flush(): null {
    return null;
  }
}

function frameLength(data: Buffer, at: number): number | null {
  if (data.readUInt32LE(at + 8) !== masked(crc32c(data.subarray(at, at + 8)))) return null;
  const length = data.readUInt32LE(at) + data.readUInt32LE(at + 4) * 2 ** 32;
  return Number.isSafeInteger(length + HEADER + TRAILER) ? length : null;
}

function checkedBody(data: Buffer, start: number, length: number): Buffer | null {
  const body = data.subarray(start, start + length);
  return data.readUInt32LE(start + length) === masked(crc32c(body)) ? Buffer.from(body) : null;
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
