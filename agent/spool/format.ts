import { crc32c } from "./crc32c.ts";

/**
 * The bytes of a segment file, as `index.ts` lays them out. Pure: buffers in, buffers out, and a frame is either whole and
 * right or not there.
 */
export type SegmentHeader = { spoolId: string; epoch: number | null; firstSeq: number };

/** A record in its segment. `body` is a view; `end` the offset after it. */
export type Frame = { seq: number; offset: number; end: number; body: Buffer };

const MAGIC = Buffer.from("CWSP1", "latin1");
export const HEADER_BYTES = 37;
export const FRAME_BYTES = 16;
/** No length beyond this is believed, and nothing is allocated for it. */
export const MAX_BODY_BYTES = 1024 * 1024;

export function encodeHeader({ spoolId, epoch, firstSeq }: SegmentHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.write(spoolId, 5, "hex");
  header.writeUInt32LE(epoch ?? 0, 21);
  header.writeBigUInt64LE(BigInt(firstSeq), 25);
  header.writeUInt32LE(crc32c(header.subarray(0, 33)), 33);
  return header;
}

/** null when the bytes do not begin with a header that is whole and right. */
export function decodeHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (bytes.readUInt32LE(33) !== crc32c(bytes.subarray(0, 33))) return null;
  return {
    spoolId: bytes.toString("hex", 5, 21),
    epoch: bytes.readUInt32LE(21) || null,
    firstSeq: Number(bytes.readBigUInt64LE(25)),
  };
}

export function encodeFrame(seq: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_BYTES + body.byteLength);
  frame.writeUInt32LE(body.byteLength, 0);
  frame.writeBigUInt64LE(BigInt(seq), 8);
  frame.set(body, FRAME_BYTES);
  frame.writeUInt32LE(checksum(frame), 4);
  return frame;
}

/** The frame at `offset`, or null when none with a number of `first … last` is there, whole and right. */
export function frameAt(bytes: Buffer, offset: number, first: number, last: number): Frame | null {
  if (offset + FRAME_BYTES > bytes.length) return null;
  const length = bytes.readUInt32LE(offset);
  if (length > MAX_BODY_BYTES || offset + FRAME_BYTES + length > bytes.length) return null;
  const seq = bytes.readUInt32LE(offset + 8) + bytes.readUInt32LE(offset + 12) * 2 ** 32;
  if (seq < first || seq > last) return null;
  const end = offset + FRAME_BYTES + length;
  if (bytes.readUInt32LE(offset + 4) !== checksum(bytes.subarray(offset, end))) return null;
  return { seq, offset, end, body: bytes.subarray(offset + FRAME_BYTES, end) };
}

/**
 * The frames `first … last` from `offset` on, ascending. At the first one that is not whole, right and next in number it
 * ends, or with `salvage` goes on with the next good one wherever that is.
 */
export function* framesIn(
  bytes: Buffer,
  offset: number,
  { first, last, salvage }: { first: number; last: number; salvage: boolean },
): Generator<Frame> {
  let next = first;
  let at = offset;
  while (next <= last) {
    const frame =
      frameAt(bytes, at, next, salvage ? last : next) ?? (salvage ? searchFrame(bytes, at + 1, next, last) : null);
    if (!frame) return;
    yield frame;
    next = frame.seq + 1;
    at = frame.end;
  }
}

/** The first good frame at or after `offset`. Cheap: only where number and length fit is a checksum computed. */
function searchFrame(bytes: Buffer, offset: number, first: number, last: number): Frame | null {
  for (let at = offset; at + FRAME_BYTES <= bytes.length; at += 1) {
    const frame = frameAt(bytes, at, first, last);
    if (frame) return frame;
  }
  return null;
}

/** Over length, number and body, so that no bit of a frame goes unwatched. */
function checksum(frame: Buffer): number {
  return crc32c(frame.subarray(8), crc32c(frame.subarray(0, 4)));
}
