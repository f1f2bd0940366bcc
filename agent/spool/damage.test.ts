import { expect, test } from "vitest";
import { FRAME_BYTES, HEADER_BYTES } from "./format.ts";
import { Spool } from "./index.ts";
import { SimDisk } from "./testing/sim-disk.ts";

/** A spool of two segments, six records each, of about 1 KiB; and what each record holds. */
const SEGMENT_RECORDS = 6;
const RECORDS = 2 * SEGMENT_RECORDS;
const bodyOf = (seq: number) => Buffer.alloc(30 + ((seq % SEGMENT_RECORDS) ** 3 % 150), `record ${seq} `);
const [EARLIER, LAST] = ["segment-00000001.cwsp", "segment-00000002.cwsp"] as const;

async function intactFiles(): Promise<Map<string, Buffer>> {
  const disk = new SimDisk();
  const segmentBytes = HEADER_BYTES + sizeOf(1, SEGMENT_RECORDS);
  const spool = await open(disk, { segmentBytes });
  for (let seq = 1; seq <= RECORDS; seq += 1) {
    spool.append(bodyOf(seq));
    await spool.sync();
  }
  await spool.close();
  return disk.files();
}

function sizeOf(from: number, to: number): number {
  let bytes = 0;
  for (let seq = from; seq <= to; seq += 1) bytes += FRAME_BYTES + bodyOf(seq).length;
  return bytes;
}

/** The record whose frame holds the byte, or null when the header does. */
function recordAt(first: number, byte: number): number | null {
  let end = HEADER_BYTES;
  if (byte < end) return null;
  for (let seq = first; ; seq += 1) {
    end += FRAME_BYTES + bodyOf(seq).length;
    if (byte < end) return seq;
  }
}

type Told = { gaps: [number, number][]; dropped: string[] };

async function open(disk: SimDisk, limits = {}, told: Told = { gaps: [], dropped: [] }): Promise<Spool> {
  const events = {
    gap: (from: number, to: number) => void told.gaps.push([from, to]),
    segmentDropped: (path: string) => void told.dropped.push(path),
  };
  return Spool.open({ folder: "/spool", events, limits, fs: disk });
}

/** Numbers of all records that can be read; each must be what was written under that number. */
async function readAll(spool: Spool): Promise<number[]> {
  const found: number[] = [];
  for (let seq = spool.firstSeq; seq <= spool.lastSeq; ) {
    const { firstSeq, bodies } = await spool.read(seq, { records: 100, bytes: 10_000 });
    for (const [index, body] of bodies.entries()) {
      if (!bodyOf(firstSeq + index).equals(body)) expect.fail(`record ${firstSeq + index} was made up`);
      found.push(firstSeq + index);
    }
    seq = firstSeq + bodies.length;
    if (bodies.length === 0) break;
  }
  return found;
}

const numbers = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const without = (seq: number | null) => numbers(1, RECORDS).filter((other) => other !== seq);

function flipped(files: Map<string, Buffer>, name: string, bit: number): SimDisk {
  return SimDisk.with(
    [...files].map(([other, content]) => {
      const copy = Buffer.from(content);
      if (other === name) copy[bit >> 3]! ^= 1 << (bit & 7);
      return [other, copy];
    }),
  );
}

test("any flipped bit of an earlier segment costs at most the record it lies in, and is told as exactly that gap", async () => {
  const files = await intactFiles();
  for (let bit = 0; bit < files.get(EARLIER)!.length * 8; bit += 1) {
    const told: Told = { gaps: [], dropped: [] };
    const spool = await open(flipped(files, EARLIER, bit), {}, told);
    const lost = recordAt(1, bit >> 3);
    expect(await readAll(spool), `bit ${bit}`).toEqual(without(lost));
    expect(told, `bit ${bit}`).toEqual({ gaps: lost === null ? [] : [[lost, lost]], dropped: [] });
    expect(spool.lastSeq).toBe(RECORDS);
  }
});

test("any flipped bit of the last segment costs at most what follows it", async () => {
  const files = await intactFiles();
  for (let bit = 0; bit < files.get(LAST)!.length * 8; bit += 1) {
    const told: Told = { gaps: [], dropped: [] };
    const spool = await open(flipped(files, LAST, bit), {}, told);
    const damaged = recordAt(SEGMENT_RECORDS + 1, bit >> 3);
    const kept = (damaged ?? SEGMENT_RECORDS + 1) - 1;
    expect(await readAll(spool), `bit ${bit}`).toEqual(numbers(1, kept));
    expect(told.gaps).toEqual([]);
    expect(told.dropped.length).toBe(damaged === null ? 1 : 0);
  }
});

test.each([EARLIER, LAST])("%s cut short anywhere keeps every record that is whole", async (name) => {
  const files = await intactFiles();
  const content = files.get(name)!;
  const first = name === EARLIER ? 1 : SEGMENT_RECORDS + 1;
  for (let length = 0; length < content.length; length += 1) {
    const disk = SimDisk.with(new Map(files).set(name, content.subarray(0, length)));
    const told: Told = { gaps: [], dropped: [] };
    const spool = await open(disk, {}, told);
    const cut = recordAt(first, length) ?? first;
    if (name === LAST) {
      expect(await readAll(spool), `length ${length}`).toEqual(numbers(1, cut - 1));
      expect(told.gaps).toEqual([]);
      expect(spool.append(bodyOf(cut))).toBe(cut);
      await spool.sync();
      expect(await readAll(spool)).toEqual(numbers(1, cut));
    } else {
      const kept = [...numbers(1, cut - 1), ...numbers(SEGMENT_RECORDS + 1, RECORDS)];
      expect(await readAll(spool), `length ${length}`).toEqual(kept);
      const isHeaderCut = length < HEADER_BYTES;
      expect(told.gaps).toEqual(isHeaderCut ? [] : [[cut, SEGMENT_RECORDS]]);
    }
  }
});

test("a segment deleted by hand is one gap, told at every opening", async () => {
  const disk = new SimDisk();
  const spool = await open(disk, { segmentBytes: HEADER_BYTES + sizeOf(1, 1) });
  for (let seq = 1; seq <= 5; seq += 1) {
    spool.append(bodyOf(seq));
    await spool.sync();
  }
  await spool.close();
  const files = disk.files();
  for (const name of [...files.keys()].sort().slice(1, 3)) files.delete(name);
  const damaged = SimDisk.with(files);
  for (const _ of [1, 2]) {
    const told: Told = { gaps: [], dropped: [] };
    const reopened = await open(damaged, {}, told);
    expect(told.gaps).toHaveLength(1);
    expect(reopened.gaps).toEqual([{ from: told.gaps[0]![0], to: told.gaps[0]![1] }]);
    const [from, to] = told.gaps[0]!;
    expect(await readAll(reopened)).toEqual([...numbers(1, from - 1), ...numbers(to + 1, 5)]);
  }
});

test("damage that comes while the spool is open is a gap from the first reading on", async () => {
  const files = await intactFiles();
  const disk = SimDisk.with(files);
  const told: Told = { gaps: [], dropped: [] };
  const spool = await open(disk, {}, told);
  const file = await disk.open(EARLIER, "write");
  await file.write(Buffer.from("damage"), HEADER_BYTES + sizeOf(1, 2) + 20);
  expect(told.gaps).toEqual([]);
  expect(await readAll(spool)).toEqual(without(3));
  expect(await readAll(spool)).toEqual(without(3));
  expect(told.gaps).toEqual([[3, 3]]);
});

test("what lies behind a torn record never comes back, though the next one ends where it began", async () => {
  const files = await intactFiles();
  const torn = Buffer.from(files.get(LAST)!);
  torn[HEADER_BYTES + 20]! ^= 1;
  const disk = SimDisk.with(new Map(files).set(LAST, torn));
  const spool = await open(disk);
  expect(spool.append(bodyOf(SEGMENT_RECORDS + 1))).toBe(SEGMENT_RECORDS + 1);
  await spool.close();
  expect((await open(disk)).lastSeq).toBe(SEGMENT_RECORDS + 1);
});

test("a length beyond the cap is not believed, whatever its checksum", async () => {
  const files = await intactFiles();
  const content = Buffer.from(files.get(LAST)!);
  content.writeUInt32LE(0xffffffff, HEADER_BYTES);
  const spool = await open(SimDisk.with(new Map(files).set(LAST, content)));
  expect(spool.lastSeq).toBe(SEGMENT_RECORDS);
});

test("a segment of another spool is not taken for ours, nor for the end of one of ours", async () => {
  const [ours, theirs] = [await intactFiles(), await intactFiles()];
  const told: Told = { gaps: [], dropped: [] };
  const files = [
    ["segment-00000001.cwsp", ours.get(EARLIER)!],
    ["segment-00000002.cwsp", theirs.get(EARLIER)!],
    ["segment-00000003.cwsp", ours.get(LAST)!],
  ] as const;
  const spool = await open(SimDisk.with(files.map(([name, content]) => [name, content])), {}, told);
  expect(told).toEqual({ gaps: [], dropped: ["/spool/segment-00000002.cwsp"] });
  expect(await readAll(spool)).toEqual(numbers(1, RECORDS));
});

test("a folder in which nothing can be read becomes a new spool", async () => {
  const files = new Map((await intactFiles()).keys().map((name) => [name, Buffer.alloc(100, "?")] as const));
  const told: Told = { gaps: [], dropped: [] };
  const spool = await open(SimDisk.with(files), {}, told);
  expect([spool.firstSeq, spool.lastSeq, spool.epoch, told.dropped.length]).toEqual([1, 0, null, 2]);
});
