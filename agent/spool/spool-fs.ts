import { chmod, type FileHandle, mkdir, open, readdir, statfs, unlink } from "node:fs/promises";
import { lockFolder } from "./lock.ts";

/** The few file operations the spool stands on, so that tests can cut the power between any two of them. */
export type SpoolFs = {
  /** Makes the folder (0700) and its parents as needed. */
  makeFolder(folder: string): Promise<void>;
  /** Names in the folder. */
  list(folder: string): Promise<string[]>;
  /** `create` (0600) fails when the file exists, the others when it does not. */
  open(path: string, mode: "create" | "write" | "read"): Promise<SpoolFile>;
  unlink(path: string): Promise<void>;
  /** Makes creations and removals in the folder outlive a power cut. */
  syncFolder(folder: string): Promise<void>;
  /** Bytes of the disk that are free for us. */
  freeBytes(folder: string): Promise<number>;
  /**
   * Takes the folder for this process.
   *
   * @returns the release
   * @throws CurvewatchError `conflict` when a living process has it
   */
  lock(folder: string): Promise<() => Promise<void>>;
};

export type SpoolFile = {
  size(): Promise<number>;
  /** Up to `length` bytes from `position`, fewer at the end of the file only; in `into` when one is given. */
  read(position: number, length: number, into?: Buffer): Promise<Buffer>;
  /** All of `bytes`, or it throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Makes the content outlive a power cut. */
  datasync(): Promise<void>;
  close(): Promise<void>;
};

const MIB = 1024 * 1024;

export const nodeSpoolFs: SpoolFs = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  },
  list: (folder) => readdir(folder),
  open: async (path, mode) => new NodeFile(await open(path, { create: "wx+", write: "r+", read: "r" }[mode], 0o600)),
  unlink: (path) => unlink(path),
  async syncFolder(folder) {
    if (process.platform === "win32") return; // Folders cannot be opened there; NTFS journals its names.
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  lock: lockFolder,
};

/** Memory for one file after the other. What is read stays valid until the next file is. */
export class FileBuffer {
  #buffer = Buffer.alloc(0);

  /** All bytes of `file`, which is a segment or a little more. */
  async load(file: SpoolFile): Promise<Buffer> {
    const size = await file.size();
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(size / MIB) * MIB);
    return file.read(0, size, this.#buffer);
  }
}

class NodeFile implements SpoolFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(position: number, length: number, into?: Buffer): Promise<Buffer> {
    const buffer = into ?? Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) {
      const left = bytes.byteLength - written;
      written += (await this.#handle.write(bytes, written, left, position + written)).bytesWritten;
    }
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
