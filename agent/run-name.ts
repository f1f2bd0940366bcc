import { basename, dirname, extname } from "node:path";

/** Log names that say nothing of the run; its folder's name does. */
const GENERIC = /^(train(ing|er)?([-_]?log)?|log|logs|logging|out(put)?|std(out|err)|console|metrics|nohup|main)$/i;

/**
 * How a run is called, from where its log lies: `runs/lr6e4/train.log` is `lr6e4` of `runs`; `a/bert.log` is `bert` of `a`.
 * A run of several logs (`isFolder`) is called as the folder they lie in.
 */
export function runName(path: string, isFolder = false): { name: string; project: string | null } {
  const folder = dirname(path);
  const stem = basename(path, extname(path)) || basename(path);
  if ((!isFolder && !GENERIC.test(stem)) || basename(folder) === "")
    return { name: stem, project: basename(folder) || null };
  return { name: basename(folder), project: basename(dirname(folder)) || null };
}
