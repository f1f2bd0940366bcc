import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { mlflowPlace, trackioPlace } from "./sources/index.ts";

/** Before the folder in the key of a run that has the files of one. */
export const FOLDER_GROUP = "folder:";

/** Log names that say nothing of the run; its folder's name does. */
const GENERIC =
  /^(train(ing|er)?([-_]?log)?|log|logs|logging|out(put)?|std(out|err)|console|metrics|nohup|main|results?|scalars|progress|trainer_state|lcurve)$/i;

export type RunName = { name: string; project: string | null };

/**
 * How a run is called, from where its log lies: `runs/lr6e4/train.log` is `lr6e4` of `runs`; `a/bert.log` is `bert` of `a`.
 * A run of several files is called as its folder, which its `group` names.
 */
export function runName(path: string, group: string | null = null): RunName {
  const trackio = trackioPlace(path);
  if (trackio) return { name: trackio.run.slice(0, 200), project: basename(trackio.db, ".db") || null };
  const folder = group?.startsWith(FOLDER_GROUP) ? group.slice(FOLDER_GROUP.length) : dirname(path);
  const file = basename(path).replace(/\.gz$/i, "");
  const stem = basename(file, extname(file)) || file;
  if ((group === null && !GENERIC.test(stem)) || basename(folder) === "")
    return { name: stem, project: basename(folder) || null };
  return { name: basename(folder), project: basename(dirname(folder)) || null };
}

/** The names that MLflow keeps beside a metric file for its run and experiment; null when it is none, or has no name. */
export async function mlflowName(path: string): Promise<RunName | null> {
  const run = mlflowPlace(path)?.run;
  const name = run && (await readText(join(run, "tags", "mlflow.runName")));
  if (!run || !name) return null;
  const meta = await readText(join(dirname(run), "meta.yaml"));
  const project = /^name: ['"]?(.{1,200}?)['"]?$/m.exec(meta)?.[1] ?? basename(dirname(run));
  return { name: name.slice(0, 200), project };
}

const MAX_CHARS = 64 * 1024;

async function readText(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => ""); // it is an extra, and never a reason to stop
  return text.length <= MAX_CHARS ? text.trim() : "";
}
