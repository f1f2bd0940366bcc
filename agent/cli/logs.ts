import { glob, open, readdir, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { FollowedLog } from "../follower.ts";
import { looksBinary } from "../sources/index.ts";
import { absolute, binaryError, checkReadable } from "./read-file.ts";

/** Endings of files that a folder is searched for. */
const LOG_ENDINGS = new Set([".log", ".jsonl", ".csv", ".out", ".txt"]);
const PEEK_BYTES = 8192;

/**
 * The logs that a person named: files, globs, or folders (the logs directly in them). A file need not exist yet, its folder must.
 *
 * @returns absolute paths, each once, in the order given; in a group where a folder's logs are one run's
 * @throws CurvewatchError naming the argument and what to do
 */
export async function resolveLogs(cwd: string, given: readonly string[]): Promise<FollowedLog[]> {
  const logs = new Map<string, FollowedLog>();
  for (const argument of given) {
    for (const log of await resolveOne(cwd, argument)) {
      // Named by itself and in its folder, it stays with the others there.
      if (!logs.get(log.path)?.group) logs.set(log.path, log);
    }
  }
  return [...logs.values()];
}

async function resolveOne(cwd: string, argument: string): Promise<FollowedLog[]> {
  const path = absolute(cwd, argument);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return grouped(path, await logsIn(path, argument));
  if (found) {
    await checkLog(path);
    return [{ path, group: null }];
  }
  if (/[*?[{]/.test(argument)) {
    const matches = await Array.fromAsync(glob(argument, { cwd }));
    if (matches.length === 0)
      throw new CurvewatchError("not_found", `nothing matches ${argument}`, {
        hint: "quote the pattern, or name the file",
      });
    return (await Promise.all(matches.sort().map((match) => resolveOne(cwd, match)))).flat();
  }
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => null);
  if (!parent?.isDirectory()) {
    throw new CurvewatchError("not_found", `${argument}: the folder ${folder} does not exist`, {
      hint: "a log may appear later, but its folder has to be there; check the spelling",
    });
  }
  return [{ path, group: null }];
}

/**
 * Whether a folder's logs are one run's. They are when there are several and no two of a kind: what was printed, JSON lines,
 * CSV. Two of a kind are two trainings (run1.log, run2.log), and which of the others belongs to which cannot be told: then
 * each is a run of its own.
 */
function grouped(folder: string, paths: readonly string[]): FollowedLog[] {
  const kinds = new Set(paths.map((path) => /\.(jsonl|csv)$/.exec(path)?.[1] ?? "printed"));
  const isOneRun = paths.length > 1 && kinds.size === paths.length;
  return paths.map((path) => ({ path, group: isOneRun ? `folder:${folder}` : null }));
}

async function logsIn(folder: string, argument: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new CurvewatchError("forbidden", `the folder ${argument} cannot be read: ${cause.message}`, { cause });
  });
  const paths = entries
    .filter((entry) => entry.isFile() && LOG_ENDINGS.has(extname(entry.name)))
    .map((entry) => join(folder, entry.name))
    .sort();
  const readable: string[] = [];
  for (const path of paths)
    if (
      await checkLog(path).then(
        () => true,
        () => false,
      )
    )
      readable.push(path);
  if (readable.length === 0) {
    throw new CurvewatchError("not_found", `no log (${[...LOG_ENDINGS].join(", ")}) in the folder ${argument}`, {
      hint: "name the file your trainer prints to",
    });
  }
  return readable;
}

async function checkLog(path: string): Promise<void> {
  await checkReadable(path);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
    if (looksBinary(buffer.subarray(0, bytesRead))) throw binaryError(path);
  } finally {
    await file.close();
  }
}
