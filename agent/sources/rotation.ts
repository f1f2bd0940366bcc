import type { BigIntStats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { FileIdentity } from "#lib/protocol/index.ts";
import { systemCode } from "./errors.ts";
import { LogFile } from "./log-file.ts";

/** Files looked at when a log has to be found again, those with its name in front first. */
const MAX_CANDIDATES = 1000;

/** The file after ours: `retired` when it has itself been rotated away, so that nobody writes to it any more. */
export type Successor = { path: string; retired: boolean; size: number };

/**
 * What follows `file` now that `path` names another one: the next younger of the rotated files when several rotations
 * happened between two looks, else the file at `path`; null while nothing is there.
 */
export async function findSuccessor(path: string, file: LogFile): Promise<Successor | null> {
  const rotated = await rotatedPaths(path);
  for (const [index, name] of rotated.entries()) {
    const found = await statOrNull(name);
    if (!found || !file.hasInodeOf(found)) continue;
    const next = rotated[index + 1];
    const nextStat = next === undefined ? null : await statOrNull(next);
    if (next !== undefined && nextStat) return { path: next, retired: true, size: Number(nextStat.size) };
    break;
  }
  const current = await statOrNull(path);
  return current && !file.hasInodeOf(current) ? { path, retired: false, size: Number(current.size) } : null;
}

/**
 * The log known as `identity` under whatever name it has in the folder of `path` now; null when it is not there. A rotated
 * file of `path` with the same inode counts even when it does not continue: it was emptied before it was renamed.
 */
export async function findRenamed(path: string, identity: FileIdentity, offset: number): Promise<LogFile | null> {
  const names = await siblings(path);
  const alike = names.filter((name) => name.startsWith(basename(path)));
  const candidates = new Set([...alike, ...names]);
  for (const name of [...candidates].slice(0, MAX_CANDIDATES)) {
    const candidate = join(dirname(path), name);
    const found = await statOrNull(candidate);
    if (!found?.isFile() || String(found.ino) !== identity.inode || String(found.dev) !== identity.dev) continue;
    const file = await LogFile.open(candidate);
    if (file && (file.continues(identity, offset) || rotationOf(path, name) !== null)) return file;
    await file?.close();
  }
  return null;
}

/** `stat`, or null when nothing is at `path`. */
export async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Rotated files of `path`, oldest first: `log.2`, `log.1`, or `log-20260101`, `log.2026-01-02`. */
async function rotatedPaths(path: string): Promise<string[]> {
  const found = (await siblings(path)).flatMap((name) => {
    const rotation = rotationOf(path, name);
    return rotation ? [{ name, ...rotation }] : [];
  });
  const counted = found.filter(({ count }) => count !== null);
  const oldestFirst =
    counted.length > 0 ? counted.sort((a, b) => b.count! - a.count!) : found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return oldestFirst.map(({ name }) => join(dirname(path), name));
}

/** What makes `name` a rotated file of `path`: a count, 1 being the youngest, or a date; null when it is none. */
function rotationOf(path: string, name: string): { count: number | null } | null {
  const base = basename(path);
  if (!name.startsWith(base)) return null;
  const suffix = name.slice(base.length);
  if (/^[.-]\d{1,3}$/.test(suffix)) return { count: Number(suffix.slice(1)) };
  return /^[.-]\d{4}[\d.T:_-]+$/.test(suffix) ? { count: null } : null;
}

async function siblings(path: string): Promise<string[]> {
  try {
    return await readdir(dirname(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
