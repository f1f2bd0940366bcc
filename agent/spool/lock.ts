import { randomUUID } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CurvewatchError } from "#lib/protocol/index.ts";

/** What a lock says: a process, and when it started, which tells it from a later one of the same number; `-` if unknown. */
const LOCK_CONTENT = /^(\d{1,10}) (\d{1,20}|-)$/;

/**
 * Takes `spool.lock` in `folder` for this process. The lock appears with its content, or not at all; one whose process is
 * gone is taken over.
 *
 * @returns the release
 * @throws CurvewatchError `conflict` when a living process, this one included, holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "spool.lock");
  const draft = join(folder, `spool.lock.${randomUUID()}`);
  const content = `${process.pid} ${(await processStart(process.pid)) ?? "-"}`;
  await writeFile(draft, content, { flag: "wx", mode: 0o600 });
  try {
    while (!(await linkNew(draft, path))) await clearStale(path, draft);
  } finally {
    await unlink(draft);
  }
  return () => unlink(path);
}

/**
 * Removes the lock at `path` unless its process lives. Under a second lock, since of two that find the same stale lock the
 * slower one could remove what the faster one has put in its place.
 */
async function clearStale(path: string, draft: string): Promise<void> {
  await refuseLiving(path);
  const guard = `${path}.takeover`;
  if (await linkNew(draft, guard)) {
    try {
      await refuseLiving(path);
      await unlinkIfThere(path);
    } finally {
      await unlinkIfThere(guard);
    }
    return;
  }
  await refuseLiving(guard);
  await unlinkIfThere(guard); // Left by a takeover that was killed halfway.
}

async function refuseLiving(path: string): Promise<void> {
  const content = await readOrNull(path);
  const pid = content === null ? null : await livingHolder(content);
  if (pid === null) return;
  throw new CurvewatchError("conflict", `The spool ${dirname(path)} is in use by process ${pid}.`, {
    hint: "One agent per folder: stop the other one, or give this one a folder of its own.",
  });
}

/** The process named by a lock's content, when it still runs. */
async function livingHolder(content: string): Promise<number | null> {
  const [, pidText, startedAt] = LOCK_CONTENT.exec(content) ?? [];
  const pid = Number(pidText);
  if (!pid) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return null;
  }
  const start = await processStart(pid);
  const isAnother = start !== null && startedAt !== "-" && start !== startedAt;
  return isAnother ? null : pid;
}

/** Start of a process in clock ticks since boot, from field 22 of `/proc/<pid>/stat`; null where the system does not say. */
async function processStart(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The name in field 2 may hold spaces and parentheses; fields are counted from its end.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** @returns false when `path` exists already */
async function linkNew(from: string, path: string): Promise<boolean> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
