import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { CurvewatchError, errorCode } from "#lib/protocol/index.ts";
import { failpoint } from "./failpoint.ts";
import { encodeFrame, encodeHeader, FRAME_BYTES } from "./format.ts";
import { DEFAULT_SPOOL_LIMITS, type SpoolLimits } from "./limits.ts";
import { type ReadLimit, SegmentReader } from "./reader.ts";
import { type Recovered, recoverSpool, segmentPath } from "./recovery.ts";
import { expiredSegment } from "./retention.ts";
import { Segment, type SeqRange } from "./segment.ts";
import { FileBuffer, nodeSpoolFs, type SpoolFile, type SpoolFs } from "./spool-fs.ts";

export type SpoolEvents = {
  /** Records `from … to` are damaged or missing for good. Told again at each opening while their segment is kept. */
  gap(from: number, to: number, reason: string): void;
  /** A segment file was removed at opening: nothing in it could be read, or it was another spool's. */
  segmentDropped(path: string): void;
};

export type SpoolOptions = {
  folder: string;
  events: SpoolEvents;
  limits?: Partial<SpoolLimits>;
  fs?: SpoolFs;
};

/** Writing failed. Records after `lastSyncedSeq` are not in the spool: their sources must be read again. */
export class SpoolIoError extends CurvewatchError {
  readonly lastSyncedSeq: number;
  constructor(message: string, lastSyncedSeq: number, cause: unknown) {
    super("E_SPOOL_IO", `${message}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.lastSyncedSeq = lastSyncedSeq;
  }
}

type Pending = { seq: number; frame: Buffer };

/** Appending is by any number of callers, reading by one at a time; neither waits for the other. */
export class Spool {
  readonly spoolId: string;
  readonly #folder: string;
  readonly #events: SpoolEvents;
  readonly #limits: SpoolLimits;
  readonly #fs: SpoolFs;
  readonly #reader: SegmentReader;
  readonly #release: () => Promise<void>;
  #epoch: number | null;
  #segments: Segment[];
  #nextOrdinal: number;
  /** The last segment, open for writing; null after a failure. */
  #file: SpoolFile | null = null;
  #failure: SpoolIoError | null = null;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #lastSeq: number;
  #syncedSeq: number;
  #ackedSeq: number;
  /** What may lie here uncommitted, by the disk as last measured. */
  #capacityBytes = 0;
  /** Changes to the files, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  /** The commit that is running or about to. */
  #commit: Promise<void> | null = null;

  private constructor(options: SpoolOptions, fs: SpoolFs, recovered: Recovered | null, release: () => Promise<void>) {
    this.#folder = options.folder;
    this.#events = options.events;
    this.#limits = { ...DEFAULT_SPOOL_LIMITS, ...options.limits };
    this.#fs = fs;
    this.#reader = new SegmentReader(fs);
    this.#release = release;
    this.spoolId = recovered?.spoolId ?? randomBytes(16).toString("hex");
    this.#epoch = recovered?.epoch ?? null;
    this.#segments = recovered?.segments ?? [];
    this.#nextOrdinal = (this.#segments.at(-1)?.ordinal ?? 0) + 1;
    this.#lastSeq = this.#segments.at(-1)?.lastSeq ?? 0;
    this.#syncedSeq = this.#lastSeq;
    this.#ackedSeq = this.firstSeq - 1;
  }

  /**
   * Opens the spool in `folder`, or begins one there.
   *
   * @throws CurvewatchError `conflict` when a living process has it, `E_SPOOL_IO` when it cannot be read or written
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const fs = options.fs ?? nodeSpoolFs;
    let release = async (): Promise<void> => {};
    try {
      await fs.makeFolder(options.folder);
      release = await fs.lock(options.folder);
      const recovered = await recoverSpool(fs, options.folder, options.events.segmentDropped);
      const spool = new Spool(options, fs, recovered, release);
      await spool.#start();
      return spool;
    } catch (error) {
      await release();
      if (errorCode(error)) throw error;
      throw new SpoolIoError(`Cannot open the spool ${options.folder}`, 0, error);
    }
  }

  /** Minted by the server; null before the first one. */
  get epoch(): number | null {
    return this.#epoch;
  }

  /** The oldest record kept, committed ones included; one more than `lastSeq` when there is none. */
  get firstSeq(): number {
    return this.#segments[0]?.firstSeq ?? 1;
  }

  /** The last record appended; 0 when there never was one. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get syncedSeq(): number {
    return this.#syncedSeq;
  }

  /** The last record the server is known to have; before the first `ack`, the one before `firstSeq`. */
  get ackedSeq(): number {
    return this.#ackedSeq;
  }

  /** Bytes of all segments and of what waits to be written. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, this.#pendingBytes);
  }

  /** Bytes that the server has not committed; `append` throws `E_SPOOL_FULL` before they exceed `capacityBytes`. */
  get uncommittedBytes(): number {
    return this.bytes - this.#ackedBytes();
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** Records that damage has taken and whose segment is still kept, ascending. */
  get gaps(): SeqRange[] {
    return this.#segments.flatMap((segment) => [...segment.holes]);
  }

  /**
   * Stores the epoch the server has minted; nothing happens when it is known already.
   *
   * @throws SpoolIoError
   */
  async setEpoch(epoch: number): Promise<void> {
    await this.#change(async () => {
      if (this.#failure) throw this.#failure;
      if (epoch === this.#epoch) return;
      await this.#roll(epoch).catch((error: unknown) => this.#fail("Cannot store the epoch", error));
    });
  }

  /**
   * Takes a record (copied) and gives it the next number; on disk it is when `sync` has resolved.
   *
   * @throws CurvewatchError `E_SPOOL_FULL` when there is no room: stop reading and try again later, nothing was taken;
   *   `E_RECORD_TOO_LARGE`
   * @throws SpoolIoError after a failure, until `recover()`
   */
  append(body: Uint8Array): number {
    if (this.#failure) throw this.#failure;
    const { recordBytes, pendingBytes } = this.#limits;
    const seq = this.#lastSeq + 1;
    if (body.byteLength > recordBytes) {
      const message = `Record ${seq} has ${body.byteLength} bytes; the most is ${recordBytes}.`;
      throw new CurvewatchError("E_RECORD_TOO_LARGE", message);
    }
    const frameBytes = FRAME_BYTES + body.byteLength;
    if (this.#pendingBytes + frameBytes > pendingBytes) {
      throw full(`Spool ${this.#folder} waits for its disk (${this.#pendingBytes} bytes)`);
    }
    const uncommitted = this.uncommittedBytes;
    if (uncommitted + frameBytes > this.#capacityBytes) {
      throw full(`Spool ${this.#folder} is full (${uncommitted} of ${this.#capacityBytes} bytes)`);
    }
    this.#pending.push({ seq, frame: encodeFrame(seq, body) });
    this.#pendingBytes += frameBytes;
    this.#lastSeq = seq;
    return seq;
  }

  /**
   * Resolves when all that was appended before the call is on disk. Callers share syncs: one begins when the last is done
   * and takes what has arrived meanwhile, up to 256 KiB.
   *
   * @throws SpoolIoError when it failed, until `recover()`: stop all sources before calling that
   */
  async sync(): Promise<void> {
    const target = this.#lastSeq;
    while (this.#syncedSeq < Math.min(target, this.#lastSeq)) {
      if (this.#failure) throw this.#failure;
      this.#commit ??= this.#change(() => this.#writePending()).finally(() => {
        this.#commit = null;
      });
      await this.#commit;
    }
    if (this.#failure) throw this.#failure;
  }

  /**
   * After a failure, begins a new segment behind the last synced record. Then numbers go on from there, with the records
   * that the sources give when they are read again.
   *
   * @throws SpoolIoError when that fails too; the spool stays readable, and this may be tried again
   */
  async recover(): Promise<void> {
    await this.#change(async () => {
      if (!this.#failure) return;
      await this.#roll(this.#epoch).catch((error: unknown) => this.#fail("Cannot begin a new segment", error));
      this.#failure = null;
    });
  }

  /**
   * Measures the disk again, which sets `capacityBytes`. Call it after `E_SPOOL_FULL` and before trying again.
   *
   * @throws Error of the file system
   */
  async measure(): Promise<void> {
    const free = await this.#fs.freeBytes(this.#folder);
    const { spoolBytes, diskShare } = this.#limits;
    this.#capacityBytes = Math.min(spoolBytes, Math.floor((free + this.bytes) * diskShare));
  }

  /**
   * Synced records from `fromSeq` on, ascending and unbroken; `firstSeq` is above `fromSeq` when older ones are gone. At the
   * end of a segment or before a hole it stops early. No records: there is none yet.
   *
   * @param max at least one record comes, however large
   * @throws SpoolIoError when a segment cannot be read
   */
  async read(fromSeq: number, max: ReadLimit): Promise<{ firstSeq: number; bodies: Uint8Array[] }> {
    let seq = Math.max(fromSeq, this.firstSeq);
    while (seq <= this.#syncedSeq) {
      const segment = this.#segments.find(({ lastSeq }) => lastSeq >= seq)!;
      const stretch = segment.stretchFrom(seq);
      if (!stretch) {
        seq = segment.lastSeq + 1;
        continue;
      }
      const bodies = await this.#unlessRemoved(segment, () => this.#reader.read(segment, stretch, max));
      if (bodies && bodies.length > 0) return { firstSeq: stretch.from, bodies };
      if (bodies) await this.#unlessRemoved(segment, () => this.#change(() => this.#survey(segment)));
      seq = Math.max(seq, this.firstSeq);
    }
    return { firstSeq: seq, bodies: [] };
  }

  /**
   * Takes the server's word for how far it has committed. Whole segments of committed records are kept for a day, within
   * limits, and then removed. A word below an earlier one is believed: the server may have come back from a backup.
   *
   * @param now our clock, epoch ms
   * @throws SpoolIoError when a segment cannot be removed; it is tried again at the next ack
   */
  async ack(seq: number, now: number): Promise<void> {
    this.#ackedSeq = Math.min(seq, this.#syncedSeq);
    for (const segment of this.#segments.slice(0, -1)) {
      segment.ackedAt = segment.lastSeq <= this.#ackedSeq ? (segment.ackedAt ?? now) : null;
    }
    if (this.#expired(now)) await this.#change(() => this.#removeExpired(now));
  }

  /**
   * The latest record of each key, in the order of their numbers. Reads the whole spool.
   *
   * @param key which file a record is about; null for none
   * @throws SpoolIoError when a segment cannot be read
   */
  async lastRecords(key: (body: Uint8Array) => string | null): Promise<Map<string, Uint8Array>> {
    const last = new Map<string, Uint8Array>();
    const buffer = new FileBuffer();
    for (const segment of this.#segments.slice()) {
      const found = new Map<string, Buffer>();
      for (const { body } of (await this.#unlessRemoved(segment, () => this.#reader.frames(segment, buffer))) ?? []) {
        const name = key(body);
        if (name === null) continue;
        found.delete(name);
        found.set(name, body);
      }
      for (const [name, body] of found) {
        last.delete(name);
        last.set(name, Uint8Array.from(body)); // The buffer is for the next segment.
      }
    }
    return last;
  }

  /**
   * Syncs what was appended and lets go of the folder.
   *
   * @throws SpoolIoError when the sync failed; the folder is let go all the same
   */
  async close(): Promise<void> {
    try {
      if (!this.#failure) await this.sync();
      await this.#change(async () => this.#file?.close());
    } finally {
      await this.#release();
    }
  }

  async #start(): Promise<void> {
    const last = this.#segments.at(-1);
    if (last) this.#file = await this.#fs.open(last.path, "write");
    else await this.#roll(null);
    await this.measure();
    for (const segment of this.#segments) for (const hole of segment.holes) this.#report(segment, hole);
  }

  /** Runs `act` when all changes before it are done. */
  #change<T>(act: () => Promise<T>): Promise<T> {
    const run = this.#changes.then(act);
    this.#changes = run.catch(() => {}); // Its caller is told; the next change looks at the state.
    return run;
  }

  async #writePending(): Promise<void> {
    if (this.#failure) throw this.#failure;
    try {
      const batch = this.#takeBatch();
      const bytes = Buffer.concat(batch.map(({ frame }) => frame));
      const active = this.#segments.at(-1)!;
      if (!active.isEmpty && active.bytes + bytes.length > this.#segmentBytes()) await this.#roll(this.#epoch);
      await this.#writeBatch(this.#segments.at(-1)!, batch, bytes);
      this.#pendingBytes -= bytes.length;
    } catch (error) {
      await this.#fail("Cannot write the spool", error);
    }
  }

  #takeBatch(): Pending[] {
    let bytes = 0;
    const over = this.#pending.findIndex(({ frame }, index) => {
      bytes += frame.length;
      return index > 0 && bytes > this.#limits.writeBytes;
    });
    return this.#pending.splice(0, over < 0 ? this.#pending.length : over);
  }

  async #writeBatch(segment: Segment, batch: Pending[], bytes: Buffer): Promise<void> {
    const file = this.#file!;
    await failpoint("half-written-frame", () => file.write(bytes.subarray(0, bytes.length >> 1), segment.bytes));
    await file.write(bytes, segment.bytes);
    await failpoint("after-write-before-sync");
    await file.datasync();
    for (const { seq, frame } of batch) {
      segment.add({ seq, offset: segment.bytes, end: segment.bytes + frame.length });
    }
    this.#syncedSeq = segment.lastSeq;
    await failpoint("after-sync");
  }

  /** Begins the next segment, which is on disk with its name when this returns. */
  async #roll(epoch: number | null): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    const ordinal = this.#nextOrdinal++;
    const segment = new Segment(segmentPath(this.#folder, ordinal), ordinal, this.#syncedSeq + 1);
    const file = await this.#fs.open(segment.path, "create");
    this.#file = file;
    await failpoint("mid-rotation");
    await file.write(encodeHeader({ spoolId: this.spoolId, epoch, firstSeq: segment.firstSeq }), 0);
    await file.datasync();
    await this.#fs.syncFolder(this.#folder);
    const previous = this.#segments.at(-1);
    this.#segments.push(segment);
    this.#epoch = epoch;
    if (previous?.isEmpty) await this.#remove(previous);
    await this.measure();
  }

  /** Gives up the open segment and what is not on disk yet. */
  async #fail(message: string, error: unknown): Promise<never> {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#lastSeq = this.#syncedSeq;
    this.#failure = new SpoolIoError(message, this.#syncedSeq, error);
    await this.#file?.close().catch(() => {}); // Given up; whatever closing says changes nothing.
    this.#file = null;
    throw this.#failure;
  }

  /** Small against the capacity, as only whole segments can be removed. */
  #segmentBytes(): number {
    return Math.min(this.#limits.segmentBytes, this.#capacityBytes / 4);
  }

  #ackedBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment.ackedAt === null ? 0 : segment.bytes), 0);
  }

  #expired(now: number): Segment | null {
    return expiredSegment(this.#segments, now, this.bytes > this.#capacityBytes, this.#limits);
  }

  async #removeExpired(now: number): Promise<void> {
    try {
      for (let segment = this.#expired(now); segment; segment = this.#expired(now)) {
        await failpoint("before-unlink-segment");
        await this.#remove(segment);
      }
      await this.measure();
    } catch (error) {
      throw new SpoolIoError(`Cannot remove a segment from ${this.#folder}`, this.#syncedSeq, error);
    }
  }

  /** One at a time is made durable: of several, a power cut could bring back an older one without its successor. */
  async #remove(segment: Segment): Promise<void> {
    await this.#fs.unlink(segment.path);
    this.#segments = this.#segments.filter((kept) => kept !== segment);
    await this.#fs.syncFolder(this.#folder);
  }

  /** What `read` finds in the segment's file; null when the segment was removed meanwhile. */
  async #unlessRemoved<T>(segment: Segment, read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (!this.#segments.includes(segment)) return null;
      if (errorCode(error)) throw error;
      throw new SpoolIoError(`Cannot read ${segment.path}`, this.#syncedSeq, error);
    }
  }

  /** Looks at a segment anew after a record in it could not be read. */
  async #survey(segment: Segment): Promise<void> {
    const holes = segment.survey(await this.#reader.frames(segment));
    if (holes.length === 0) throw new Error("it reads differently each time");
    for (const hole of holes) this.#report(segment, hole);
  }

  #report(segment: Segment, { from, to }: SeqRange): void {
    this.#events.gap(
      from,
      to,
      `damaged or missing after byte ${segment.markBefore(from).offset} of ${basename(segment.path)}`,
    );
  }
}

function full(message: string): CurvewatchError {
  return new CurvewatchError("E_SPOOL_FULL", `${message}; reading waits. Nothing is lost while the log files stay.`);
}
