import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { CurvewatchError, type FileIdentity } from "#lib/protocol/index.ts";
import { logError, systemCode } from "./errors.ts";
import { isWhole, trackioPlace } from "./file-kind.ts";
import { describeFile, HEAD_BYTES, isSameFile, wholeIdentity } from "./identity.ts";

/** One open log. It stays the same file whatever happens to its name; its content may still be rewritten in place. */
export class LogFile {
  readonly #handle: FileHandle;
  #stat: BigIntStats;
  #head: Buffer;

  private constructor(handle: FileHandle, stat: BigIntStats, head: Buffer) {
    this.#handle = handle;
    this.#stat = stat;
    this.#head = head;
  }

  /**
   * @returns null when nothing is at `path`, or a link there leads nowhere
   * @throws CurvewatchError when the path cannot be read or is no regular file
   */
  static async open(path: string): Promise<LogFile | null> {
    let handle: FileHandle | null = null;
    try {
      // Without O_NONBLOCK, opening a FIFO would wait for its writer.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stat = await handle.stat({ bigint: true });
      if (stat.isDirectory()) throw new CurvewatchError("bad_request", `${path} is a directory, not a log file.`);
      if (!stat.isFile()) throw new CurvewatchError("bad_request", `${path} is not a regular file.`);
      return new LogFile(handle, stat, await readHead(handle));
    } catch (error) {
      await handle?.close();
      if (systemCode(error) === "ENOENT") return null;
      throw logError(path, error);
    }
  }

  get identity(): FileIdentity {
    return describeFile(this.#stat, this.#head);
  }

  /** Its first bytes, at most 1,024. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** Bytes, as last looked at. */
  get size(): number {
    return Number(this.#stat.size);
  }

  /** Epoch ms by the file system's clock, as last looked at. */
  get mtimeMs(): number {
    return Number(this.#stat.mtimeNs / 1000n) / 1000;
  }

  /** Whether `stat` is of this very file. Certain, as an open file keeps its inode. */
  hasInodeOf(stat: BigIntStats): boolean {
    return stat.dev === this.#stat.dev && stat.ino === this.#stat.ino;
  }

  /** Whether this is the file known as `known` and reading can go on at `offset`. */
  continues(known: FileIdentity, offset: number): boolean {
    return this.size >= offset && isSameFile(known, this.#stat, this.#head);
  }

  /** @returns the number of bytes read, 0 at the end */
  async read(buffer: Buffer, length: number, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, length, position)).bytesRead;
  }

  /**
   * Looks at the file again.
   *
   * @returns false when what was read up to `offset` is not its content any more; nothing is taken over then
   */
  async refresh(offset: number): Promise<boolean> {
    const stat = await this.#handle.stat({ bigint: true });
    if (stat.size < offset) return false;
    if (stat.size === this.#stat.size && stat.mtimeNs === this.#stat.mtimeNs) return true;
    const head = await readHead(this.#handle);
    if (!head.subarray(0, this.#head.length).equals(this.#head)) return false;
    this.#stat = stat;
    this.#head = head;
    return true;
  }

  /** Takes the rewritten content for what the file is from now on. */
  async restart(): Promise<void> {
    this.#stat = await this.#handle.stat({ bigint: true });
    this.#head = await readHead(this.#handle);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Who the file at `path` is at this moment, or null while there is none.
 *
 * @throws CurvewatchError when the path cannot be read or is no regular file
 */
export async function identify(path: string): Promise<FileIdentity | null> {
  const trackio = trackioPlace(path);
  if (trackio) return (await identify(trackio.db)) && wholeIdentity(path);
  const file = await LogFile.open(path);
  await file?.close();
  if (file && isWhole(path, file.head)) return wholeIdentity(path);
  return file?.identity ?? null;
}

/**
 * Whether the file at `path` is the one known as `known`, so that reading can go on at `offset`.
 *
 * @throws CurvewatchError when the path cannot be read or is no regular file
 */
export async function continuesAt(path: string, known: FileIdentity, offset: number): Promise<boolean> {
  if (trackioPlace(path)) return known.inode === wholeIdentity(path).inode;
  const file = await LogFile.open(path);
  await file?.close();
  if (file && isWhole(path, file.head)) return known.inode === wholeIdentity(path).inode;
  return file?.continues(known, offset) ?? false;
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  return head.subarray(0, bytesRead);
}
