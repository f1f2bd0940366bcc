/**
 * Protocol buffers without their schema: the fields of one message, in order. Nothing is thrown: damage ends the message.
 * https://protobuf.dev/programming-guides/encoding/
 */
export type ProtoField = {
  number: number;
  /** Of a varint or fixed field; beyond 2^53 it is rounded. */
  value: number;
  /** Of a length-delimited field, else empty; of a fixed one the raw bytes. */
  bytes: Uint8Array;
};

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
const NONE = new Uint8Array(0);

export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  const reader = { bytes: message, at: 0 };
  while (reader.at < message.length) {
    const tag = readVarint(reader);
    if (tag === null) return;
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === VARINT) {
      const value = readVarint(reader);
      if (value === null) return;
      yield { number, value, bytes: NONE };
      continue;
    }
    const length = wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : wire === DELIMITED ? readVarint(reader) : null;
    if (length === null || length < 0 || length > message.length - reader.at) return;
    const bytes = message.subarray(reader.at, reader.at + length);
    reader.at += length;
    yield { number, value: 0, bytes };
  }
}

/** Numbers of a packed repeated varint field. */
export function packedVarints(bytes: Uint8Array): number[] {
  const reader = { bytes, at: 0 };
  const values: number[] = [];
  while (reader.at < bytes.length) {
    const value = readVarint(reader);
    if (value === null) break;
    values.push(value);
  }
  return values;
}

const text = new TextDecoder();
export const protoText = (bytes: Uint8Array): string => text.decode(bytes);

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const floatOf = (bytes: Uint8Array): number =>
  bytes.length >= 4 ? viewOf(bytes).getFloat32(0, true) : Number.NaN;
export const doubleOf = (bytes: Uint8Array): number =>
  bytes.length >= 8 ? viewOf(bytes).getFloat64(0, true) : Number.NaN;

/** As a signed number of 64 bits; null when it is cut or too long. */
function readVarint(reader: { bytes: Uint8Array; at: number }): number | null {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i += 1) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) return null;
    reader.at += 1;
    const bits = byte & 0x7f;
    if (i < 4) low |= bits << (7 * i);
    else if (i === 4) {
      low |= (bits & 0x0f) << 28;
      high |= bits >>> 4;
    } else high |= bits << (7 * i - 32);
    if (byte < 0x80) return (high | 0) * 2 ** 32 + (low >>> 0);
  }
  return null;
}
