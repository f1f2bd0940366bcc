import { glob, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { FollowedLog } from "../follower.ts";
import { isBinaryKind, isGzip, looksBinary } from "../sources/index.ts";
import { absolute, binaryError, checkReadable } from "./read-file.ts";
import { filesByRun, isRunFile } from "./run-files.ts";

/** What a folder is searched for, for a person to read. */
const SEARCHED = ".log, .jsonl, .csv, .out, .txt, a trainer's or logger's file";
const PEEK_BYTES = 8192;

/**
 * The logs that a person named: files, globs, or folders (the logs directly in them, a trainer's and loggers' files too). A file need not exist yet, its folder must.
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
  if (found?.isDirectory()) return filesByRun(await logsIn(path, argument));
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

async function logsIn(folder: string, argument: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new CurvewatchError("forbidden", `the folder ${argument} cannot be read: ${cause.message}`, { cause });
  });
  const paths = entries
    .filter((entry) => entry.isFile() && !isGzip(entry.name) && isRunFile(join(folder, entry.name)))
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
    throw new CurvewatchError("not_found", `no log (${SEARCHED}) in the folder ${argument}`, {
      hint: "name the file your trainer prints to",
    });
  }
  return readable;
}

/** @throws CurvewatchError when nothing can be read there, or it is no text though its name does not say otherwise */
export async function checkLog(path: string): Promise<void> {
  await checkReadable(path);
  if (isBinaryKind(path) || isGzip(path)) return;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
    if (looksBinary(buffer.subarray(0, bytesRead))) throw binaryError(path);
  } finally {
    await file.close();
  }
}
