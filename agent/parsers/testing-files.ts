/** For tests alone: files as loggers write them, byte for byte. */
import { crc32 } from "node:zlib";
import { crc32c } from "../spool/index.ts";

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
};
const delimited = (field: number, bytes: Uint8Array): number[] => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const text = (value: string): Uint8Array => Buffer.from(value);

function double(field: number, value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [...varint(field * 8 + 1), ...bytes];
}

function float(field: number, value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return [...varint(field * 8 + 5), ...bytes];
}

/** Events of TensorBoard, one for each step with all its scalars, in frames. */
export function tfevents(rows: readonly (readonly [number, Record<string, number>])[]): Buffer {
  return Buffer.concat(rows.map(([step, scalars]) => frame(event(step, scalars))));
}

function event(step: number, scalars: Record<string, number>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    delimited(1, Uint8Array.from([...delimited(1, text(tag)), ...float(2, value)])),
  );
  return Uint8Array.from([
    ...double(1, 1.7e9 + step),
    ...number(2, step),
    ...delimited(5, Uint8Array.from(values.flat())),
  ]);
}

export function frame(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length));
  bytes.writeUInt32LE(masked(crc32c(bytes.subarray(0, 8))), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return bytes;
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** A transaction log of W&B with a history record for each step; values are JSON texts. `run` is told behind them, with a config. */
export function wandbLog(
  rows: readonly (readonly [number, Record<string, string>])[],
  run?: { name: string; project: string },
): Buffer {
  const header = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0]);
  const chunks = rows.map(([step, values]) => {
    const items = Object.entries(values).flatMap(([key, json]) =>
      delimited(1, Uint8Array.from([...delimited(2, text(key)), ...delimited(16, text(json))])),
    );
    const history = [...items, ...delimited(2, Uint8Array.from(number(1, step)))];
    return chunk(Uint8Array.from(delimited(2, Uint8Array.from(history))), 1);
  });
  if (!run) return Buffer.concat([header, ...chunks]);
  const config = delimited(1, Uint8Array.from([...delimited(1, text("lr")), ...delimited(16, text("0.1"))]));
  const told = [
    ...delimited(3, text(run.project)),
    ...delimited(4, Uint8Array.from(config)),
    ...delimited(8, text(run.name)),
  ];
  return Buffer.concat([header, ...chunks, chunk(Uint8Array.from(delimited(17, Uint8Array.from(told))), 1)]);
}

/** One chunk of a log in LevelDB's format; `type` 1 is a whole record. */
export function chunk(data: Uint8Array, type: number): Buffer {
  const bytes = Buffer.alloc(7 + data.length);
  bytes.writeUInt16LE(data.length, 4);
  bytes.writeUInt8(type, 6);
  bytes.set(data, 7);
  bytes.writeUInt32LE(crc32(bytes.subarray(6)), 0);
  return bytes;
}
