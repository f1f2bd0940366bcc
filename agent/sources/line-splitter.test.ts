import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter, type LogSegment } from "./index.ts";

/** Pieces that logs are made of, with every terminator, characters of two to four bytes, halves of them, and NULs. */
const pieces = fc.constantFrom(
  ..."\n|\r|\r\n|\r\r\n|loss: 1.25|é|损失|🔥|\u001b[A|\b|\0".split("|").map((text) => Buffer.from(text)),
  Buffer.from([0xe6, 0x8d]),
  Buffer.from([0xff]),
);
const logs = fc.array(pieces, { maxLength: 40 }).map((parts) => Buffer.concat(parts));

function split(chunks: Iterable<Uint8Array>, splitter = new LineSplitter()): LogSegment[] {
  const segments: LogSegment[] = [];
  for (const chunk of chunks) segments.push(...splitter.push(chunk));
  const rest = splitter.flush();
  return rest ? [...segments, rest] : segments;
}

function cut(bytes: Buffer, places: number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe("the segments of a log", () => {
  test("end at a newline, with or without a carriage return, or at a bare carriage return", () => {
    const segments = split([Buffer.from("one\ntwo\r\n 10%|█\r 20%|██\r100%\nrest")]);
    expect(segments.map(({ text, line, frame }) => [text, line, frame])).toEqual([
      ["one", 1, false],
      ["two", 2, false],
      [" 10%|█", 3, true],
      [" 20%|██", 3, true],
      ["100%", 3, false],
      ["rest", 4, false],
    ]);
  });

  test("are the same however the bytes are split", () => {
    fc.assert(
      fc.property(logs, fc.array(fc.nat(), { maxLength: 12 }), (bytes, places) => {
        expect(split(cut(bytes, places))).toEqual(split([bytes]));
      }),
      { numRuns: 1000 },
    );
  });

  test("are the same byte by byte, as bytes that the caller overwrites afterwards", () => {
    fc.assert(
      fc.property(logs, (bytes) => {
        const reused = Buffer.alloc(1);
        const oneByOne = function* () {
          for (const byte of bytes) yield reused.fill(byte);
        };
        expect(split(oneByOne())).toEqual(split([bytes]));
      }),
    );
  });

  test("go on from the end of any of them as if nothing had been", () => {
    fc.assert(
      fc.property(logs, (bytes) => {
        const segments = split([bytes]);
        for (const [index, { end, linesBefore }] of segments.entries()) {
          const resumed = new LineSplitter({ offset: end, line: linesBefore });
          expect(split([bytes.subarray(end)], resumed)).toEqual(segments.slice(index + 1));
        }
      }),
    );
  });

  test("cover the log without a hole", () => {
    fc.assert(
      fc.property(logs, (bytes) => {
        let end = 0;
        for (const segment of split([bytes])) {
          const raw = bytes.subarray(end, segment.end).toString("utf8");
          const body = raw.replace(/(\r\n|\r|\n)$/, "").replace(/^\0+/, "");
          expect(segment.text).toBe(end === 0 ? body.replace(/^\ufeff/, "") : body);
          end = segment.end;
        }
        expect(end).toBe(bytes.length);
      }),
    );
  });
});

test("a line is kept to 64 KiB, the rest of it counted, and the next one is whole", () => {
  const long = Buffer.from(`${"x".repeat(200_000)}\nnext\n`);
  for (const size of [1000, 65_536, 300_000]) {
    const chunks = Array.from({ length: Math.ceil(long.length / size) }, (_, i) =>
      long.subarray(i * size, (i + 1) * size),
    );
    const [first, second] = split(chunks);
    expect(first).toMatchObject({ cutBytes: 200_000 - 65_536, end: 200_001 });
    expect(first?.text.length).toBe(65_536);
    expect(second).toMatchObject({ text: "next", line: 2, cutBytes: 0 });
  }
});

test("exactly 64 KiB are not cut, one byte more is", () => {
  const cutBytes = (length: number) => split([Buffer.alloc(length, "x"), Buffer.from("\n")])[0]?.cutBytes;
  expect([cutBytes(65_536), cutBytes(65_537)]).toEqual([0, 1]);
});

test("a rest is given out once, and what completes the line later is a segment of the same line", () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from("epoch 1: lo"))).toEqual([]);
  expect(splitter.position).toEqual({ offset: 0, line: 0 });
  expect(splitter.flush()).toMatchObject({ text: "epoch 1: lo", line: 1, end: 11, linesBefore: 0 });
  expect(splitter.flush()).toBeNull();
  expect(splitter.push(Buffer.from("ss 2\n"))).toMatchObject([{ text: "ss 2", line: 1, end: 16, linesBefore: 1 }]);
});

test("a hole of NULs before a line costs the line nothing, however large", () => {
  const hole = Buffer.alloc(100_000);
  const segments = split([hole, hole, Buffer.from("loss: 1\n")]);
  expect(segments).toMatchObject([{ text: "loss: 1", end: 200_008, cutBytes: 0 }]);
});

test("a byte order mark is no part of the first line", () => {
  expect(split([Buffer.from("\ufeffstep,loss\n1,2\n")]).map(({ text }) => text)).toEqual(["step,loss", "1,2"]);
});
