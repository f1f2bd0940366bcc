/**
 * A frame: one JSON header and the float64 columns it describes, in one run of bytes.
 *
 *     u32 headerLength | header (UTF-8 JSON) | zeros to a multiple of 8 | float64 columns, little endian
 *
 * Doubles travel as they are, so NaN and both infinities need no spelling. Its length is always a multiple of 8, so
 * frames can be laid end to end and still be read as typed arrays in place.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export type Frame = { header: unknown; columns: Float64Array };

const padded = (length: number): number => (length + 7) & ~7;

/** Encodes a header and columns; `columns` are written one after the other in the order given. */
export function encodeFrame(header: object, columns: readonly Float64Array[]): Uint8Array<ArrayBuffer> {
  const json = encoder.encode(JSON.stringify(header));
  const start = padded(4 + json.length);
  let values = 0;
  for (const column of columns) values += column.length;
  const bytes = new Uint8Array(start + values * 8);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  const target = new Float64Array(bytes.buffer, start, values);
  let offset = 0;
  for (const column of columns) {
    target.set(column, offset);
    offset += column.length;
  }
  return bytes;
}

/**
 * Reads a frame. The columns are a view of `bytes` where alignment allows, else a copy; the header is untrusted JSON.
 *
 * @throws RangeError when the bytes are cut, padded wrongly or the header is not JSON
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.byteLength < 8 || bytes.byteLength % 8 !== 0) {
    throw new RangeError(`frame of ${bytes.byteLength} bytes is not a positive multiple of 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true);
  const start = padded(4 + headerLength);
  if (start > bytes.byteLength)
    throw new RangeError(`frame header of ${headerLength} bytes runs past ${bytes.byteLength}`);
  let header: unknown;
  try {
    header = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headerLength)));
  } catch (cause) {
    throw new RangeError("frame header is not JSON", { cause });
  }
  const count = (bytes.byteLength - start) / 8;
  const aligned = (bytes.byteOffset + start) % 8 === 0;
  const columns = aligned
    ? new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, count)
    : // Not `slice`: of a Node Buffer that would be a view of its pool.
      new Float64Array(new Uint8Array(bytes.subarray(start)).buffer);
  return { header, columns };
}
