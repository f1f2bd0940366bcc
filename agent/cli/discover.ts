import { glob, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { FollowedLog } from "../follower.ts";
import { trackioRuns } from "../sources/index.ts";
import { checkLog } from "./logs.ts";
import { absolute, readLog } from "./read-file.ts";
import { filesByRun, isPlainLog, isRunFile } from "./run-files.ts";

/**
 * The files of finished trainings behind what a person named: files, globs, or folders, which are searched to the bottom.
 * A file that is named is taken as it is; a folder gives what looks like a training's.
 */
const DATABASE = /\.db$/;
const MAX_DEPTH = 16;
const MAX_ENTRIES = 200_000;
const MAX_FILES = 20_000;
/** Of 64 KiB: what may stand before the first record; in a file of a logger, that has graphs and images too, more. */
const MAX_STRETCHES = 32;
/** Never a training's output, and large. */
const SKIPPED = /^(?:\..*|node_modules|__pycache__|site-packages|venv|artifacts)$/;

/**
 * @returns each file once, with the run it belongs to
 * @throws CurvewatchError naming the argument and what to do
 */
export async function discover(cwd: string, given: readonly string[], pattern?: string): Promise<FollowedLog[]> {
  const named: string[] = [];
  const found: string[] = [];
  for (const argument of given) {
    const paths = await expand(cwd, argument);
    for (const path of paths) {
      if ((await stat(path)).isDirectory()) {
        const files = await filesIn(path, pattern);
        if (files.length === 0 && paths.length === 1) throw nothingIn(argument);
        found.push(...files);
      } else {
        named.push(...(await runsIn(path)));
      }
    }
  }
  // A log that is named is a run of its own, unless it lies in a folder that is named too.
  const logs = new Map<string, FollowedLog>();
  for (const log of filesByRun([...new Set(named)]))
    logs.set(log.path, isPlainLog(log.path) ? { ...log, group: null } : log);
  for (const log of filesByRun([...new Set(found)].sort())) logs.set(log.path, log);
  return [...logs.values()].map((log) => ({ ...log, ...(pattern && { pattern }) }));
}

async function expand(cwd: string, argument: string): Promise<string[]> {
  const path = absolute(cwd, argument);
  if (await stat(path).catch(() => null)) return [path];
  if (/[*?[{]/.test(argument)) {
    const matches = await Array.fromAsync(glob(argument, { cwd }));
    if (matches.length > 0) return matches.sort().map((match) => absolute(cwd, match));
    throw new CurvewatchError("not_found", `nothing matches ${argument}`, {
      hint: "quote the pattern, or name the file",
    });
  }
  throw new CurvewatchError("not_found", `${argument} does not exist`, { hint: "check the spelling" });
}

/** A file by itself, or the runs of a database. */
async function runsIn(path: string): Promise<string[]> {
  const runs = DATABASE.test(path) ? await trackioRuns(path) : [];
  if (runs.length === 0) await checkLog(path);
  return runs.length > 0 ? runs.map((run) => `${path}#${run}`) : [path];
}

async function filesIn(folder: string, pattern?: string): Promise<string[]> {
  const files: string[] = [];
  let entries = 0;
  const walk = async (place: string, depth: number): Promise<void> => {
    const listed = await readdir(place, { withFileTypes: true }).catch(() => []); // not ours to read: what else is there counts
    for (const entry of listed.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      entries += 1;
      if (entries > MAX_ENTRIES || files.length >= MAX_FILES) throw tooMany(folder);
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.test(entry.name)) await walk(path, depth + 1);
      if (!entry.isFile()) continue;
      if (DATABASE.test(path)) files.push(...(await trackioRuns(path)).map((run) => `${path}#${run}`));
      else if (isRunFile(path) && (await tellsOfTraining(path, pattern))) files.push(path);
    }
  };
  await walk(folder, 0);
  return files;
}

/** A folder's texts may be anything: one that shows no record in its first stretch is none of a training's. */
async function tellsOfTraining(path: string, pattern?: string): Promise<boolean> {
  try {
    await checkLog(path);
    const most = isPlainLog(path) ? MAX_STRETCHES : 16 * MAX_STRETCHES;
    let stretches = 0;
    for await (const reader of readLog(path, pattern)) {
      if (reader.take().groups.length > 0) return true;
      stretches += 1;
      if (stretches > most) return false;
    }
    return false;
  } catch {
    return false; // not readable, or not what its name says
  }
}

const nothingIn = (argument: string): CurvewatchError =>
  new CurvewatchError("not_found", `nothing of a training was found in ${argument}`, {
    hint: "logs, CSV, JSON lines, trainer_state.json, files of TensorBoard, W&B, MLflow and Trackio are looked for",
  });

const tooMany = (folder: string): CurvewatchError =>
  new CurvewatchError("bad_request", `${basename(folder)} has too many files to search`, {
    hint: "name the folders of the runs",
  });
