import fc from "fast-check";
import { expect, test } from "vitest";
import { errorCode } from "#lib/protocol/index.ts";
import { Spool } from "./index.ts";
import { SimDisk } from "./testing/sim-disk.ts";

/**
 * Appending, syncing, acknowledging, failing disks and power cuts between any two operations, in any order, on a disk that
 * keeps any part of what it was not told to keep. What was synced and not committed is there afterwards, under the same
 * numbers; nothing is there that was not appended; and nothing is called damage that is not.
 */
const HOUR = 3_600_000;
const limits = {
  segmentBytes: 2048,
  writeBytes: 1024,
  spoolBytes: 32 * 1024,
  ackedMinBytes: 2048,
  ackedMaxBytes: 8192,
};

/** Frames that fit the sectors of the disk, so that a new one ends where a forgotten one began, and others. */
const SIZES = [496, 100, 1008, 0, 496];
const size = fc.oneof(fc.constantFrom(...SIZES), fc.integer({ min: 0, max: 1500 }));

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("sync" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("ack" as const),
      share: fc.integer({ min: 0, max: 100 }),
      hours: fc.integer({ min: 0, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("epoch" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      records: fc.integer({ min: 1, max: 9 }),
      bytes: fc.integer({ min: 0, max: 4000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      what: fc.constantFrom("write" as const, "datasync" as const),
      recover: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const), cleanly: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("kill" as const, "cut" as const),
      operations: fc.integer({ min: 0, max: 25 }),
      seed: fc.integer({ min: 1 }),
      share: fc.constantFrom(0, 20, 50, 80, 100),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly #disk = new SimDisk();
  #spool!: Spool;
  #spoolId = "";
  #clock = 0;
  /** What each number stands for, once appended. */
  #bodies = new Map<number, Buffer>();
  #promisedSeq = 0;
  #committedSeq = 0;
  #epoch: number | null = null;
  #count = 0;

  static async begin(): Promise<World> {
    const world = new World();
    await world.#open();
    return world;
  }

  async run(step: Action): Promise<void> {
    switch (step.kind) {
      case "append":
        return this.#append(step.sizes);
      case "sync":
        return this.#sync();
      case "ack":
        return this.#ack(step.share, step.hours);
      case "epoch":
        return this.#setEpoch();
      case "read":
        return this.#check(step);
      case "fail":
        return this.#fail(step.what, step.recover);
      case "reopen":
        if (step.cleanly) {
          await this.#spool.close();
          this.#promisedSeq = this.#spool.lastSeq;
        }
        return this.#open();
      case "kill":
      case "cut":
        return this.#stop(step);
    }
  }

  /** All that must be there is, and reads back as what was appended. */
  async #check(max: { records: number; bytes: number }): Promise<void> {
    const { firstSeq, syncedSeq } = this.#spool;
    expect(firstSeq).toBeLessThanOrEqual(this.#committedSeq + 1);
    expect(syncedSeq).toBeGreaterThanOrEqual(this.#promisedSeq);
    let seq = firstSeq;
    while (seq <= syncedSeq) {
      const read = await this.#spool.read(seq, max);
      expect(read.firstSeq).toBe(seq);
      expect(read.bodies.length).toBeGreaterThan(0);
      expect(read.bodies.length).toBeLessThanOrEqual(max.records);
      for (const body of read.bodies) expect(this.#bodies.get(seq++)?.equals(body)).toBe(true);
    }
    expect(await this.#spool.read(seq, max)).toEqual({ firstSeq: seq, bodies: [] });
    const last = await this.#spool.lastRecords((body) => `${body.length % 3}`);
    expect([...last.values()]).toEqual(this.#lastBodies(firstSeq, syncedSeq));
  }

  #lastBodies(firstSeq: number, lastSeq: number): Uint8Array[] {
    const last = new Map<number, Uint8Array>();
    for (let seq = firstSeq; seq <= lastSeq; seq += 1) {
      const body = this.#bodies.get(seq)!;
      last.delete(body.length % 3);
      last.set(body.length % 3, Uint8Array.from(body));
    }
    return [...last.values()];
  }

  async #open(): Promise<void> {
    const events = {
      gap: (from: number, to: number) => expect.fail(`${from}–${to} were called damaged`),
      segmentDropped: () => {},
    };
    this.#spool = await Spool.open({ folder: "/spool", events, limits, fs: this.#disk });
    if (this.#promisedSeq > 0) expect(this.#spool.spoolId).toBe(this.#spoolId);
    this.#spoolId = this.#spool.spoolId;
    if (this.#epoch !== null) expect(this.#spool.epoch).toBe(this.#epoch);
    this.#epoch = this.#spool.epoch;
    for (const seq of this.#bodies.keys()) if (seq > this.#spool.lastSeq) this.#bodies.delete(seq);
    this.#promisedSeq = Math.max(this.#promisedSeq, this.#spool.syncedSeq);
    await this.#check({ records: 100, bytes: 10_000 });
  }

  #append(sizes: number[]): void {
    for (const size of sizes) {
      const body = Buffer.alloc(size, `${this.#count} `);
      try {
        const seq = this.#spool.append(body);
        expect(seq).toBe(this.#spool.lastSeq);
        this.#bodies.set(seq, body);
        this.#count += 1;
      } catch (error) {
        expect(errorCode(error)).toBe("E_SPOOL_FULL");
        expect(this.#spool.uncommittedBytes + size + 16).toBeGreaterThan(limits.spoolBytes);
      }
    }
  }

  async #sync(): Promise<void> {
    await Promise.all([this.#spool.sync(), this.#spool.sync()]);
    this.#promisedSeq = this.#spool.lastSeq;
  }

  async #ack(share: number, hours: number): Promise<void> {
    this.#clock += hours * HOUR;
    const { firstSeq, syncedSeq } = this.#spool;
    const seq = firstSeq - 1 + Math.floor(((syncedSeq - firstSeq + 1) * share) / 100);
    this.#committedSeq = Math.max(this.#committedSeq, seq);
    await this.#spool.ack(seq, this.#clock);
  }

  async #setEpoch(): Promise<void> {
    const epoch = (this.#epoch ?? 0) + 1;
    this.#epoch = null; // Between the two, either may be found.
    await this.#spool.setEpoch(epoch);
    this.#epoch = epoch;
  }

  async #fail(what: "write" | "datasync", recover: boolean): Promise<void> {
    this.#append([100]);
    if (this.#spool.lastSeq === this.#spool.syncedSeq) return;
    this.#disk.failNext = what;
    await expect(this.#spool.sync()).rejects.toMatchObject({
      code: "E_SPOOL_IO",
      lastSyncedSeq: this.#spool.syncedSeq,
    });
    this.#disk.failNext = null;
    this.#promisedSeq = this.#spool.syncedSeq;
    expect(() => this.#spool.append(Buffer.alloc(1))).toThrow(expect.objectContaining({ code: "E_SPOOL_IO" }));
    if (!recover) return this.#open();
    await this.#spool.recover();
    for (const seq of this.#bodies.keys()) if (seq > this.#spool.lastSeq) this.#bodies.delete(seq);
  }

  /** Ends the process somewhere in a busy moment, or cuts the power. */
  async #stop({ kind, operations, seed, share }: Extract<Action, { kind: "kill" | "cut" }>): Promise<void> {
    this.#disk.stopAfter(operations);
    try {
      for (let i = 0; i < 3; i += 1) {
        this.#append([SIZES[seed % 5]!, SIZES[seed % 4]!]);
        await this.#sync();
        await this.#ack(50, 12);
      }
      await this.#setEpoch();
      this.#append([10]);
      await this.#sync();
    } catch (error) {
      expect(errorCode(error)).toBe("E_SPOOL_IO");
    }
    let state = seed;
    if (kind === "kill") this.#disk.restart();
    else
      this.#disk.cut(() => {
        state = (state * 48_271) % 2_147_483_647;
        return state % 100 < share;
      });
    await this.#open();
  }
}

test("what was synced survives any crash, failure and power cut, and nothing else appears", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 40 }), async (actions) => {
      const world = await World.begin();
      for (const step of actions) await world.run(step);
    }),
    { numRuns: Number(process.env.CURVEWATCH_TEST_RUNS ?? 500) },
  );
});
