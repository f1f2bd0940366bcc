import { basename } from "node:path";
import type { SpoolFile, SpoolFs } from "../index.ts";

/**
 * A disk in memory that forgets what it was not told to keep. Each file and the folder have what the kernel shows and what is
 * on the platter; `cut` lets any part of the difference reach it, writes torn at sectors of 512 bytes.
 */
export class SimDisk implements SpoolFs {
  freeSpace = 1024 ** 4;
  /** Fails the next write or sync, once. A failed sync leaves pages that count as clean and are never written. */
  failNext: "write" | "datasync" | null = null;
  /** Names as the kernel shows them, names on the platter, and changes between the two. */
  #names = new Map<string, SimInode>();
  #durableNames = new Map<string, SimInode>();
  #nameChanges: ((names: Map<string, SimInode>) => void)[] = [];
  #operationsLeft = Number.POSITIVE_INFINITY;

  /** Lets so many more operations happen; those after them fail, as if the process were gone. */
  stopAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  /** A process begins, with all that the one before it had left to the kernel. */
  restart(): void {
    this.failNext = null;
    this.#operationsLeft = Number.POSITIVE_INFINITY;
  }

  /** Cuts the power and starts again. @param chance decides for each sector and name whether it had reached the platter */
  cut(chance: () => boolean): void {
    for (const change of this.#nameChanges) if (chance()) change(this.#durableNames);
    for (const inode of new Set([...this.#names.values(), ...this.#durableNames.values()])) inode.cut(chance);
    this.#names = new Map(this.#durableNames);
    this.#nameChanges = [];
    this.restart();
  }

  /** Content by name, as the kernel shows it. */
  files(): Map<string, Buffer> {
    return new Map([...this.#names].map(([name, inode]) => [name, Buffer.from(inode.content)]));
  }

  /** A disk with these files on it. */
  static with(files: Iterable<[string, Buffer]>): SimDisk {
    const disk = new SimDisk();
    for (const [name, content] of files) disk.#names.set(name, new SimInode(content));
    disk.#durableNames = new Map(disk.#names);
    return disk;
  }

  async makeFolder(): Promise<void> {
    this.#operate();
  }

  async list(): Promise<string[]> {
    this.#operate();
    return [...this.#names.keys()].reverse(); // In an order that nobody may lean on.
  }

  async open(path: string, mode: "create" | "write" | "read"): Promise<SpoolFile> {
    this.#operate();
    const name = basename(path);
    const known = this.#names.get(name);
    if (Boolean(known) === (mode === "create")) throw new Error(`${mode} ${name}: ${known ? "EEXIST" : "ENOENT"}`);
    const inode = known ?? new SimInode(Buffer.alloc(0));
    if (!known) this.#changeNames((names) => names.set(name, inode));
    return this.#file(inode);
  }

  async unlink(path: string): Promise<void> {
    this.#operate();
    if (!this.#names.has(basename(path))) throw new Error(`unlink ${path}: ENOENT`);
    this.#changeNames((names) => names.delete(basename(path)));
  }

  async syncFolder(): Promise<void> {
    this.#operate();
    this.#durableNames = new Map(this.#names);
    this.#nameChanges = [];
  }

  async freeBytes(): Promise<number> {
    this.#operate();
    return this.freeSpace;
  }

  async lock(): Promise<() => Promise<void>> {
    return async () => {};
  }

  #changeNames(change: (names: Map<string, SimInode>) => void): void {
    change(this.#names);
    this.#nameChanges.push(change);
  }

  #operate(): void {
    this.#operationsLeft -= 1;
    if (this.#operationsLeft < 0) throw new Error("the process is gone");
  }

  #fail(kind: "write" | "datasync"): void {
    if (this.failNext !== kind) return;
    this.failNext = null;
    throw new Error(`${kind}: EIO`);
  }

  #file(inode: SimInode): SpoolFile {
    return {
      size: async () => inode.content.length,
      read: async (position, length) => {
        this.#operate();
        return Buffer.from(inode.content.subarray(position, position + length));
      },
      write: async (bytes, position) => {
        this.#operate();
        this.#fail("write");
        inode.write(bytes, position);
      },
      truncate: async (size) => {
        this.#operate();
        inode.truncate(size);
      },
      datasync: async () => {
        this.#operate();
        try {
          this.#fail("datasync");
        } catch (error) {
          inode.forget();
          throw error;
        }
        inode.sync();
      },
      close: async () => {},
    };
  }
}

const SECTOR = 512;

type Change = (content: Buffer) => Buffer;

class SimInode {
  content: Buffer;
  #durable: Buffer;
  #pending: Change[] = [];

  constructor(content: Buffer) {
    this.content = content;
    this.#durable = content;
  }

  write(bytes: Uint8Array, position: number): void {
    for (let from = 0; from < bytes.length; ) {
      const at = position + from;
      const to = Math.min(bytes.length, from + SECTOR - (at % SECTOR));
      const sector = Buffer.from(bytes.slice(from, to));
      this.#change((content) => {
        const grown = Buffer.alloc(Math.max(content.length, at + sector.length));
        content.copy(grown);
        sector.copy(grown, at);
        return grown;
      });
      from = to;
    }
  }

  truncate(size: number): void {
    this.#change((content) => Buffer.from(content.subarray(0, size)));
  }

  sync(): void {
    for (const change of this.#pending) this.#durable = change(this.#durable);
    this.#pending = [];
  }

  forget(): void {
    this.#pending = [];
  }

  cut(chance: () => boolean): void {
    for (const change of this.#pending) if (chance()) this.#durable = change(this.#durable);
    this.#pending = [];
    this.content = this.#durable;
  }

  #change(change: Change): void {
    this.content = change(this.content);
    this.#pending.push(change);
  }
}
