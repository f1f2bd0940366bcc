import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { FileIdentity } from "#lib/protocol/index.ts";

/** Bytes of a file's beginning that help to tell it from another one. */
export const HEAD_BYTES = 1024;

/** @param head the first bytes of the file, at most 1,024 */
export function describeFile(stat: BigIntStats, head: Uint8Array): FileIdentity {
  return {
    dev: String(stat.dev),
    inode: String(stat.ino),
    birthtimeMs: birthtimeMs(stat),
    headBytes: head.byteLength,
    head: sha256(head),
  };
}

/**
 * Whether the file with this `stat` and `head` is the one that was known as `known`, perhaps when it was shorter. A kernel
 * gives a freed inode to the next file, often at once, and reruns often print the same first lines: only birth time and
 * head together tell.
 */
export function isSameFile(known: FileIdentity, stat: BigIntStats, head: Uint8Array): boolean {
  if (known.dev !== String(stat.dev) || known.inode !== String(stat.ino)) return false;
  if (keepsBirthtime(stat) && known.birthtimeMs !== birthtimeMs(stat)) return false;
  return head.byteLength >= known.headBytes && sha256(head.subarray(0, known.headBytes)) === known.head;
}

/** What a file is known by that is only read as a whole: its path, whatever it holds. */
export function wholeIdentity(path: string): FileIdentity {
  const inode = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return { dev: "path", inode, birthtimeMs: 0, headBytes: 0, head: "" };
}

/** Where the file system keeps no birth time, Node hands out 0 or the time of the last change. */
function keepsBirthtime(stat: BigIntStats): boolean {
  return stat.birthtimeNs !== 0n && stat.birthtimeNs !== stat.ctimeNs;
}

function birthtimeMs(stat: BigIntStats): number {
  return Number(stat.birthtimeNs / 1000n) / 1000;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
