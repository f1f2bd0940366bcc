import { basename } from "node:path";

/**
 * How a file is written, told by its name, and for JSON by its first bytes: `lines` of text; `tfevents` and `wandb`, records
 * that are appended; and `rows`, a JSON document that is written anew as a whole. A `.gz` of lines or rows is read as a whole
 * too, since nothing can be read from its middle.
 */
export type FileKind = "lines" | "rows" | "tfevents" | "wandb";

/** @param head the first bytes of the file; without them a JSON file that is not named by its program is taken for lines */
export function fileKind(path: string, head?: Uint8Array): FileKind {
  const name = basename(path).replace(/\.gz$/i, "");
  if (/(?:^|\.)tfevents\./.test(name)) return "tfevents";
  if (name.endsWith(".wandb")) return "wandb";
  if (!name.endsWith(".json")) return "lines";
  return name.endsWith("trainer_state.json") || (head !== undefined && isDocument(head)) ? "rows" : "lines";
}

/** Whether the file is read anew as a whole when it changes. */
export function isWhole(path: string, head?: Uint8Array): boolean {
  return isGzip(path) || fileKind(path, head) === "rows";
}

export const isGzip = (path: string): boolean => /\.gz$/i.test(path);

/** Whether the file holds records of bytes, which are no text. */
export const isBinaryKind = (path: string): boolean => ["tfevents", "wandb"].includes(fileKind(path));

/** An array, or an object whose members stand on lines of their own; JSON lines begin with a whole object. */
function isDocument(head: Uint8Array): boolean {
  return /^\ufeff?\s*(?:\[|\{[ \t]*\r?\n)/.test(Buffer.from(head.subarray(0, 256)).toString("utf8"));
}

const MLFLOW_METRIC = /((?:^|[\\/])[0-9a-f]{32})[\\/]metrics[\\/](.+)$/;

/**
 * The metric that a file of MLflow's store holds, `<experiment>/<run>/metrics/<key>`, and its run's folder; null when the path is
 * none of its. `/` in a key makes folders.
 */
export function mlflowPlace(path: string): { run: string; metric: string } | null {
  const match = MLFLOW_METRIC.exec(path);
  const [, id = "", key = ""] = match ?? [];
  return match && { run: path.slice(0, match.index + id.length), metric: key.replaceAll("\\", "/") };
}

const TRACKIO = /^(.+\.db)#(.+)$/s;

/** A run in a Trackio database has a path of our own making: that of the database, `#`, and the run's name. */
export function trackioPlace(path: string): { db: string; run: string } | null {
  const [, db, run] = TRACKIO.exec(path) ?? [];
  return db !== undefined && run !== undefined ? { db, run } : null;
}
