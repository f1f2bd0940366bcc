import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CONFIG_LIMITS, type Config } from "#lib/protocol/index.ts";
import { mlflowPlace } from "../sources/index.ts";
import { openKeyed, readKeyed } from "./keyed.ts";
import { type ConfigValue, isKeepable, type Sink, textOf, wordValue } from "./values.ts";

/** Names under which trainers leave a run's config beside its log, the least telling first: later ones win. */
const FILES = [
  ...["config.json", "adapter_config.json", ".hydra/config.yaml", "config.yaml", "config.yml", "hparams.yaml"],
  ...["trainer_config.yaml", "all_args.json", "args.json", "training_args.json"],
];
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 8;
const ITEMS = 4;

export type FileConfig = { config: Config; file: string };

/** Reads the configs beside a log, in the order in which they are to be laid over each other. Pickles are never opened. */
export async function readConfigBeside(logPath: string): Promise<FileConfig[]> {
  const mlflow = mlflowPlace(logPath);
  if (mlflow) return readParams(mlflow.run, logPath);
  const folder = dirname(logPath);
  const found: FileConfig[] = [];
  for (const name of FILES) {
    const file = join(folder, name);
    const text = await readSmall(file);
    const config = text === null || file === logPath ? null : parseConfig(name, text);
    if (config !== null && Object.keys(config).length > 0) found.push({ config, file });
  }
  return found;
}

/** MLflow keeps each parameter in a file of its own; they are read with the first of the run's metrics. */
async function readParams(run: string, metricPath: string): Promise<FileConfig[]> {
  const [first] = await filesIn(join(run, "metrics"));
  if (first !== metricPath) return [];
  const file = join(run, "params");
  const { config, sink } = collect();
  for (const path of (await filesIn(file)).slice(0, CONFIG_LIMITS.keys)) {
    const text = await readSmall(path);
    if (text !== null) sink(relative(file, path).replaceAll("\\", "/"), wordValue(text));
  }
  return Object.keys(config).length > 0 ? [{ config, file }] : [];
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []); // an extra, as all here
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A file's text as a flat config; null when it is none. */
export function parseConfig(name: string, text: string): Config | null {
  const { config, sink } = collect();
  if (name.endsWith(".json")) {
    const parsed = parseJson(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
    flatten(parsed, "", 0, sink);
  } else {
    const keyed = openKeyed();
    for (const line of text.split(/\r?\n/)) readKeyed(keyed, line, sink);
  }
  return config;
}

function collect(): { config: Config; sink: Sink } {
  const config: Config = {};
  let keys = 0;
  let chars = 0;
  const sink: Sink = (key, value) => {
    if (keys >= CONFIG_LIMITS.keys || !isKeepable(key, value)) return;
    chars += key.length + (typeof value === "string" ? value.length : 8);
    if (chars > CONFIG_LIMITS.chars) return;
    if (!(key in config)) keys += 1;
    config[key] = value;
  };
  return { config, sink };
}

function flatten(value: object, prefix: string, depth: number, sink: Sink): void {
  if (depth >= MAX_DEPTH) return;
  const entries = Array.isArray(value)
    ? value.slice(0, ITEMS).map((item, i) => [`${prefix}[${i}]`, item] as const)
    : Object.entries(value).map(([key, item]) => [prefix === "" ? key : `${prefix}.${key}`, item] as const);
  for (const [key, item] of entries) {
    if (typeof item === "object" && item !== null) flatten(item, key, depth + 1, sink);
    else sink(key, typeof item === "string" ? textOf(item) : (item as ConfigValue));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // half-written, or no JSON after all
  }
}

/** Null when the file is not there, is too large or cannot be read: it is an extra, and never a reason to stop. */
async function readSmall(path: string): Promise<string | null> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    return isFile && size <= MAX_BYTES ? await readFile(path, "utf8") : null;
  } catch {
    return null;
  }
}
