import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeSpoolFs, Spool, type SpoolFs, type SpoolLimits } from "./index.ts";
import { SimDisk } from "./testing/sim-disk.ts";

const events = { gap: () => expect.fail("no gap was expected"), segmentDropped: () => {} };
const DAY = 24 * 3_600_000;
const MAX = { records: 1000, bytes: 1 << 20 };

function open(fs: SpoolFs = new SimDisk(), limits: Partial<SpoolLimits> = {}, folder = "/spool"): Promise<Spool> {
  return Spool.open({ folder, events, limits, fs });
}

/** Appends `count` records of `bytes` each, a sync after each. */
async function fill(spool: Spool, count: number, bytes: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    spool.append(Buffer.alloc(bytes));
    await spool.sync();
  }
}

describe("on a real disk", () => {
  test("a spool is private, and goes on where it was under the same id and epoch", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "curvewatch-spool-")), "deep", "spool");
    try {
      const first = await open(nodeSpoolFs, {}, folder);
      expect([first.firstSeq, first.lastSeq, first.syncedSeq, first.ackedSeq, first.epoch]).toEqual([1, 0, 0, 0, null]);
      await first.setEpoch(7);
      expect(first.append(Buffer.from("one"))).toBe(1);
      await first.close();
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(readdirSync(folder)).toEqual(["segment-00000002.cwsp"]);
      expect(statSync(join(folder, "segment-00000002.cwsp")).mode & 0o777).toBe(0o600);

      const again = await open(nodeSpoolFs, {}, folder);
      expect([again.spoolId, again.epoch, again.lastSeq]).toEqual([first.spoolId, 7, 1]);
      expect(again.append(Buffer.from("two"))).toBe(2);
      expect((await again.read(1, MAX)).bodies.map(String)).toEqual(["one"]); // The second is not synced.
      await again.sync();
      expect((await again.read(1, MAX)).bodies.map(String)).toEqual(["one", "two"]);
      await expect(open(nodeSpoolFs, {}, folder)).rejects.toMatchObject({ code: "conflict" });
      await again.close();
    } finally {
      rmSync(join(folder, "..", ".."), { recursive: true });
    }
  });

  test("a folder that cannot be made is said to be so", async () => {
    await expect(open(nodeSpoolFs, {}, "/dev/null/spool")).rejects.toMatchObject({
      code: "E_SPOOL_IO",
      message: expect.stringContaining("/dev/null/spool"),
    });
  });
});

describe("reading", () => {
  test("gives at most so many records and bytes, and one however large", async () => {
    const spool = await open();
    for (const size of [100, 100, 100, 200_000, 100]) spool.append(Buffer.alloc(size));
    await spool.sync();
    const sizes = async (from: number, max: typeof MAX) =>
      (await spool.read(from, max)).bodies.map((body) => body.length);
    expect(await sizes(1, { records: 2, bytes: 1000 })).toEqual([100, 100]);
    expect(await sizes(1, { records: 9, bytes: 250 })).toEqual([100, 100]);
    expect(await sizes(4, { records: 9, bytes: 1000 })).toEqual([200_000]);
    expect(await sizes(5, { records: 9, bytes: 1000 })).toEqual([100]);
    expect(await sizes(6, MAX)).toEqual([]);
  });

  test("finds any record of a large segment", async () => {
    const spool = await open();
    for (let i = 1; i <= 2000; i += 1) {
      spool.append(Buffer.alloc(300, String(i)));
      await spool.sync();
    }
    for (const seq of [1500, 1, 2000, 777, 778]) {
      expect(await spool.read(seq, { records: 1, bytes: 1 })).toEqual({
        firstSeq: seq,
        bodies: [Buffer.alloc(300, String(seq))],
      });
    }
  });

  test("begins at the oldest record kept when an older one is asked for", async () => {
    const spool = await open(new SimDisk(), { segmentBytes: 1000, ackedMinBytes: 0, ackedMaxBytes: 0 });
    await fill(spool, 5, 600);
    await spool.ack(3, 0);
    expect(await spool.read(1, MAX)).toMatchObject({ firstSeq: 4 });
  });
});

test("callers of sync share the work: one sync for those that wait, one for those that came meanwhile", async () => {
  const disk = new SimDisk();
  let syncs = 0;
  const counting: SpoolFs = {
    ...bound(disk),
    async open(path, mode) {
      const file = await disk.open(path, mode);
      const datasync = () => {
        syncs += 1;
        return file.datasync();
      };
      return { ...file, datasync };
    },
  };
  const spool = await open(counting);
  syncs = 0;
  spool.append(Buffer.alloc(10));
  const first = spool.sync();
  await Promise.resolve();
  const waiting = Array.from({ length: 50 }, () => {
    spool.append(Buffer.alloc(10));
    return spool.sync();
  });
  await Promise.all([first, ...waiting]);
  expect(spool.syncedSeq).toBe(51);
  expect(syncs).toBeLessThanOrEqual(2);
});

test("a write holds at most 256 KiB, or one record", async () => {
  const spool = await open(new SimDisk(), { writeBytes: 1000 });
  for (const size of [500, 400, 300, 5000, 10]) spool.append(Buffer.alloc(size));
  await spool.sync();
  expect(spool.syncedSeq).toBe(5);
});

test("a record over the limit is refused by name and takes no number", async () => {
  const spool = await open();
  expect(spool.append(Buffer.alloc(256 * 1024))).toBe(1);
  expect(() => spool.append(Buffer.alloc(256 * 1024 + 1))).toThrow(
    expect.objectContaining({ code: "E_RECORD_TOO_LARGE", message: "Record 2 has 262145 bytes; the most is 262144." }),
  );
  expect(spool.lastSeq).toBe(1);
});

describe("a full spool", () => {
  const limits = { spoolBytes: 4000, ackedMinBytes: 100_000 };

  test("takes nothing and loses nothing, and has room again when the server has committed", async () => {
    const spool = await open(new SimDisk(), limits);
    const isFull = () => {
      try {
        spool.append(Buffer.alloc(500));
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: "E_SPOOL_FULL" });
        return true;
      }
    };
    while (!isFull()) await spool.sync();
    const { lastSeq } = spool;
    expect(lastSeq).toBe(7);
    expect(isFull()).toBe(true);
    expect(spool.lastSeq).toBe(lastSeq);
    await spool.ack(lastSeq, 0);
    expect(isFull()).toBe(false);
  });

  test("is measured by the free disk when that is less", async () => {
    const disk = new SimDisk();
    disk.freeSpace = 20_000;
    const spool = await open(disk, { spoolBytes: 1 << 30 });
    expect(spool.capacityBytes).toBe(2003);
    expect(() => spool.append(Buffer.alloc(2500))).toThrow(expect.objectContaining({ code: "E_SPOOL_FULL" }));
    disk.freeSpace = 1_000_000;
    await spool.measure();
    expect(spool.append(Buffer.alloc(2500))).toBe(1);
  });

  test("a disk that does not keep up is a full spool", async () => {
    const spool = await open(new SimDisk(), { pendingBytes: 1000 });
    spool.append(Buffer.alloc(900));
    expect(() => spool.append(Buffer.alloc(100))).toThrow(expect.objectContaining({ code: "E_SPOOL_FULL" }));
    await spool.sync();
    expect(spool.append(Buffer.alloc(100))).toBe(2);
  });
});

describe("committed segments", () => {
  const limits = { segmentBytes: 1000, ackedMinBytes: 0, ackedMaxBytes: 1 << 20 };

  test("are kept for a day", async () => {
    const spool = await open(new SimDisk(), limits);
    await fill(spool, 5, 600);
    await spool.ack(3, 1000);
    await spool.ack(3, 999 + DAY);
    expect(spool.firstSeq).toBe(1);
    await spool.ack(3, 1000 + DAY);
    expect(spool.firstSeq).toBe(4);
  });

  test("are kept whatever their age while they are few, and go whatever their age when they are many", async () => {
    const few = await open(new SimDisk(), { ...limits, ackedMinBytes: 1500 });
    await fill(few, 5, 600);
    await few.ack(5, 0);
    await few.ack(5, 9 * DAY);
    expect(few.firstSeq).toBe(2); // Three of 653 bytes and the open one remain.
    const many = await open(new SimDisk(), { ...limits, ackedMaxBytes: 1500 });
    await fill(many, 5, 600);
    await many.ack(5, 0);
    expect(many.firstSeq).toBe(3);
  });

  test("make room when the spool is short of it", async () => {
    const spool = await open(new SimDisk(), { ...limits, spoolBytes: 3500 });
    await fill(spool, 4, 600);
    await spool.ack(4, 0);
    expect(spool.firstSeq).toBe(1);
    await fill(spool, 3, 600);
    await spool.ack(4, 1);
    expect(spool.firstSeq).toBeGreaterThan(1);
    expect(spool.bytes).toBeLessThanOrEqual(3500);
  });

  test("count as not committed again when the server came back from a backup", async () => {
    const spool = await open(new SimDisk(), limits);
    await fill(spool, 5, 600);
    await spool.ack(4, 0);
    await spool.ack(1, DAY / 2);
    expect(spool.ackedSeq).toBe(1);
    await spool.ack(1, 2 * DAY);
    expect(spool.firstSeq).toBe(2);
    await spool.ack(4, 2 * DAY);
    expect(spool.firstSeq).toBe(2);
  });
});

describe("a failing disk", () => {
  test.each(["write", "datasync"] as const)("stops the spool at the last synced record (%s)", async (what) => {
    const disk = new SimDisk();
    const spool = await open(disk);
    spool.append(Buffer.from("kept"));
    await spool.sync();
    disk.failNext = what;
    spool.append(Buffer.from("lost"));
    const waiting = [spool.sync(), spool.sync()];
    for (const wait of waiting) await expect(wait).rejects.toMatchObject({ code: "E_SPOOL_IO", lastSyncedSeq: 1 });
    expect(() => spool.append(Buffer.from("refused"))).toThrow(expect.objectContaining({ code: "E_SPOOL_IO" }));
    await expect(spool.sync()).rejects.toMatchObject({ code: "E_SPOOL_IO" });
    expect((await spool.read(1, MAX)).bodies.map(String)).toEqual(["kept"]);

    await spool.recover();
    expect(spool.append(Buffer.from("read again"))).toBe(2);
    await spool.sync();
    await spool.close();
    const again = await open(disk);
    expect((await again.read(1, MAX)).bodies.map(String)).toEqual(["kept"]);
    expect((await again.read(2, MAX)).bodies.map(String)).toEqual(["read again"]);
  });

  test("may fail at recovering too, and recover later", async () => {
    const disk = new SimDisk();
    const spool = await open(disk);
    spool.append(Buffer.from("lost"));
    disk.failNext = "write";
    await expect(spool.sync()).rejects.toMatchObject({ lastSyncedSeq: 0 });
    disk.failNext = "datasync";
    await expect(spool.recover()).rejects.toMatchObject({ code: "E_SPOOL_IO", lastSyncedSeq: 0 });
    await spool.recover();
    expect(spool.append(Buffer.from("read again"))).toBe(1);
    await spool.close();
  });

  test("does not keep the folder from being released", async () => {
    const disk = new SimDisk();
    let isHeld = true;
    const lock = async () => async () => {
      isHeld = false;
    };
    const spool = await open({ ...bound(disk), lock });
    spool.append(Buffer.from("lost"));
    disk.failNext = "write";
    await expect(spool.close()).rejects.toMatchObject({ code: "E_SPOOL_IO" });
    expect(isHeld).toBe(false);
  });
});

test("the last record of each key comes in the order of numbers, across segments", async () => {
  const spool = await open(new SimDisk(), { segmentBytes: 100 });
  for (const text of ["a1", "b1", "c1", "a2", "-", "b2"]) {
    spool.append(Buffer.from(text.padEnd(60)));
    await spool.sync();
  }
  const last = await spool.lastRecords((body) => {
    const key = String.fromCharCode(body[0]!);
    return key === "-" ? null : key;
  });
  expect([...last].map(([key, body]) => [key, Buffer.from(body).toString().trim()])).toEqual([
    ["c", "c1"],
    ["a", "a2"],
    ["b", "b2"],
  ]);
});

/** The disk's functions, free to be spread. */
function bound(disk: SimDisk): SpoolFs {
  return {
    makeFolder: () => disk.makeFolder(),
    list: () => disk.list(),
    open: (path, mode) => disk.open(path, mode),
    unlink: (path) => disk.unlink(path),
    syncFolder: () => disk.syncFolder(),
    freeBytes: () => disk.freeBytes(),
    lock: () => disk.lock(),
  };
}
