import { basename, dirname, join } from "node:path";
import type { FollowedLog } from "../follower.ts";
import { FOLDER_GROUP } from "../run-name.ts";
import { fileKind, mlflowPlace, trackioPlace } from "../sources/index.ts";

/**
 * Which files are of one run. A program leaves them in its output folder, or in a folder of its own in there; this knows which
 * folder that is, and when the files of a folder belong together.
 */
type Kind = "printed" | "jsonl" | "csv" | "tfevents" | "wandb" | "mlflow" | "state" | "table" | "trackio";

/** Endings of files that a folder is searched for. */
const ENDINGS = /\.(?:log|jsonl|csv|tsv|out|txt)(?:\.gz)?$/i;
/** Of JSON only what is known to hold records: the other files are settings, and vocabularies. */
const RECORDS = /^(?:scalars|metrics|results?|history|.*trainer_state)\.json(?:\.gz)?$|\.log\.json(?:\.gz)?$/i;
/** Texts that lie beside a training and are none of its logs. */
const NO_LOGS = /^(?:requirements.*|readme.*|license.*|pip[-_]freeze.*|vocab.*|merges|time_left)\.(?:txt|tsv)$/i;

/** Whether a file found in a folder may be one of a run's; by its path alone. */
export function isRunFile(path: string): boolean {
  const name = basename(path);
  if (mlflowPlace(path)) return true;
  if (["tfevents", "wandb"].includes(fileKind(path))) return true;
  return (ENDINGS.test(name) && !NO_LOGS.test(name)) || RECORDS.test(name);
}

/**
 * Puts files into runs. Files of one output folder are one run when no two are of a kind; two of a kind are two trainings
 * (run1.log, run2.log), and which of the others belongs to which only a common name tells: else each is a run of its own. Files that
 * loggers write apart (TensorBoard, W&B, MLflow, a Trainer's state) are always their folder's.
 *
 * @param paths absolute; of several checkpoints only the last one's state is kept
 */
export function filesByRun(paths: readonly string[]): FollowedLog[] {
  const output = outputFolders(paths);
  const homes = Map.groupBy(withoutOldStates(paths), (path) => homeOf(path, output));
  return [...homes].flatMap(([home, members]) => {
    const texts = members.filter(isPlainLog);
    const others = members.filter((path) => !isPlainLog(path));
    const group = `${FOLDER_GROUP}${home}`;
    const apart = others.map((path) => ({ path, group }));
    if (areOfOne(texts)) {
      const own = members.length > 1 ? group : null;
      return [...texts.map((path) => ({ path, group: own })), ...apart];
    }
    // `run1.log` beside `run1.csv`, and `run2.log` beside `run2.csv`.
    const stems = [...Map.groupBy(texts, stemOf)].flatMap(([stem, named]) => {
      const isPair = named.length > 1 && areOfOne(named);
      return named.map((path) => ({ path, group: isPair ? `${group}/${stem}` : null }));
    });
    return [...stems, ...apart];
  });
}

const areOfOne = (texts: readonly string[]): boolean => new Set(texts.map(slotOf)).size === texts.length;

const stemOf = (path: string): string => basename(path).replace(/\..*$/s, "") || basename(path);

function kindOf(path: string): Kind {
  if (trackioPlace(path)) return "trackio";
  if (mlflowPlace(path)) return "mlflow";
  const kind = fileKind(path);
  if (kind === "tfevents" || kind === "wandb") return kind;
  const name = basename(path).replace(/\.gz$/i, "");
  if (name.endsWith("trainer_state.json")) return "state";
  if (/\.jsonl?$/i.test(name)) return "jsonl";
  return /\.csv$/i.test(name) ? "csv" : /\.tsv$|^lcurve/i.test(name) ? "table" : "printed";
}

/** Text that a person may well keep beside that of another training; not what a logger writes for itself. */
export const isPlainLog = (path: string): boolean => isText(kindOf(path));
const isText = (kind: Kind): boolean => ["printed", "jsonl", "csv", "table", "trackio"].includes(kind);

/** Two files in one slot are of two trainings; what is evaluated has its own (`train.jsonl` beside `valid.jsonl`). */
function slotOf(path: string): string {
  const part =
    /^(?:metrics_)?(train|learn|val|valid|validation|eval|test|epoch|batch_train|batch_val)(?:_error)?\./i.exec(
      basename(path),
    );
  return `${kindOf(path)} ${part?.[1]?.toLowerCase() ?? ""}`;
}

const CHECKPOINT = /^checkpoint-(\d+)$/;
/** Keras's callback, and writers of several curves with one tag. */
const PART = /^(?:train|training|val|valid|validation|eval|evaluation|test)$/i;
/** Folders that a logger makes for itself in an output folder. */
const OF_A_LOGGER = /^(?:runs|logs|tensorboard|tb|tb_logs|tf_logs|tensorboard_logs|events|vis_data)$/i;

/** The output folder that a file belongs to. */
function homeOf(path: string, output: ReadonlySet<string>): string {
  const run = mlflowPlace(path)?.run;
  if (run !== undefined) return run;
  if (trackioPlace(path)) return path;
  let home = dirname(path);
  const kind = kindOf(path);
  if (kind === "state" && CHECKPOINT.test(basename(home))) return dirname(home);
  if (basename(home) === "vis_data") return dirname(home);
  if (kind === "printed" && basename(home) === "files" && /^(?:offline-)?run-/.test(basename(dirname(home))))
    return dirname(home);
  if (kind !== "tfevents") return home;
  if (PART.test(basename(home))) home = dirname(home);
  // `out/runs/Nov01_host/events…` and `out/logs/events…`, when `out` has other files of a training.
  for (const above of [home, dirname(home)]) {
    if (OF_A_LOGGER.test(basename(above)) && output.has(dirname(above))) return dirname(above);
  }
  return home;
}

/** Folders that have more of a training than TensorBoard's files. */
function outputFolders(paths: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    if (kindOf(path) === "tfevents") continue;
    const home = dirname(path);
    folders.add(CHECKPOINT.test(basename(home)) ? dirname(home) : home);
  }
  return folders;
}

/** A checkpoint's `trainer_state.json` holds the history up to it: the newest tells all, the output folder's own more. */
function withoutOldStates(paths: readonly string[]): string[] {
  const newest = new Map<string, { path: string; step: number }>();
  for (const path of paths) {
    if (kindOf(path) !== "state") continue;
    const folder = dirname(path);
    const checkpoint = CHECKPOINT.exec(basename(folder));
    const home = checkpoint ? dirname(folder) : folder;
    const step = checkpoint ? Number(checkpoint[1]) : Number.POSITIVE_INFINITY;
    if (step >= (newest.get(home)?.step ?? -1)) newest.set(home, { path, step });
  }
  const kept = new Set([...newest.values()].map(({ path }) => path));
  return paths.filter((path) => kindOf(path) !== "state" || kept.has(path));
}

/** The folder of a run of several files, or the file that is a run. */
export const targetOf = ({ path, group }: FollowedLog): string =>
  group?.startsWith(FOLDER_GROUP) ? join(group.slice(FOLDER_GROUP.length)) : path;
